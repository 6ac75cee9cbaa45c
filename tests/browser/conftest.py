"""Reports in the system's own Chromium; skipped with a word where there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from congestion_lab.reporting.chromium import find_chromium
from congestion_lab.reporting.gathering import Story
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.translation import ARABIC_INDIC, LATIN, speaking
from tests.stories import hostile_network, story_of

VOICES = {"en": ("en", LATIN), "ar": ("ar", LATIN), "ar-digits": ("ar", ARABIC_INDIC)}


@dataclass
class Opened:
    """A page in the browser, and all that it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def hear(self, request: Request) -> None:
        if not request.url.startswith(("blob:", "data:")):
            self.requests.append(request.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium is installed on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The study of a hostile mapper."""
    return story_of(hostile_network(), tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def reports(story: Story, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report by voice."""
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for voice, (language, numerals) in VOICES.items():
        with speaking(language, numerals=numerals):
            written[voice] = folder / f"report.{voice}.html"
            written[voice].write_text(report_page(story, elsewhere={"en": "report.en.html"}), encoding="utf-8")
    return written


Open = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a file at a width, in light or dark; at the end nothing may have been complained of or fetched."""
    pages: list[Opened] = []

    def opened(path: Path, width: int = 1440, scheme: str = "light") -> Opened:
        pages.append(_opened(browser, path, width, scheme))
        return pages[-1]

    yield opened
    for one in pages:
        _close(one)


@pytest.fixture(scope="module", params=["en", "ar"])
def page(request: pytest.FixtureRequest, browser: Browser, reports: dict[str, Path]) -> Iterator[Page]:
    """One page in each language that several tests read one after the other, as a reader would."""
    opened = _opened(browser, reports[request.param], 1440, "light")
    yield opened.page
    _close(opened)


def _opened(browser: Browser, path: Path, width: int, scheme: str) -> Opened:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type] # light or dark
    one = Opened(context.new_page())
    one.page.on("console", lambda told: one.complaints.append(told.text))
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("dialog", lambda dialog: one.complaints.append(dialog.message))
    one.page.on("request", one.hear)
    one.page.goto(path.as_uri())
    return one


def _close(one: Opened) -> None:
    one.page.context.close()
    assert one.complaints == []
    assert len(one.requests) == 1, one.requests
