"""The pages of the server in a browser: followed while a study grows, in both languages, widths and schemes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from congestion_lab.core.files import machine, write_json
from congestion_lab.optimization.study.standing import Standing
from congestion_lab.reporting.gathering import Story
from congestion_lab.serving.server import Server
from tests.browser.test_other_pages import TAGS
from tests.servedruns import candidate, id_within, serving, write_history, write_run_set
from tests.stories import HOSTILE


def _standing(folder: Path, done: int) -> None:
    write_json(folder / "standing.json", asdict(Standing("searching", "simulations", done, 10, os.getpid(), machine())))


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A run set of a hostile name, a damaged one, and a running study."""
    root = tmp_path / "runs"
    root.mkdir()
    write_run_set(root / "toy", name=HOSTILE)
    (root / "broken <b>").mkdir()
    (root / "broken <b>" / "runset.json").write_text("{")
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0), candidate(1, 38.0, stopped=True))
    _standing(root / "search", 4)
    return root


Visit = Callable[..., Page]


@pytest.fixture
def server(filled: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of the folder."""
    with serving(filled, tmp_path / "pages") as made:
        yield made


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open an address; nothing may be complained of, and all requests go to our server."""
    complaints: list[str] = []
    pages: list[Page] = []

    def opened(target: str, width: int = 1440, scheme: str = "light") -> Page:
        page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()  # type: ignore[arg-type] # light or dark
        page.on("console", lambda told: complaints.append(told.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(server.address) else complaints.append(asked.url),
        )
        page.goto(server.address + target)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1440, "light")])
def test_pages_fit_and_are_accessible(visit: Visit, filled: Path, language: str, width: int, scheme: str) -> None:
    for target in (f"{language}/", *(f"{language}/{id_within(filled, name)}/" for name in ("search", "toy"))):
        page = visit(target, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
        told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found.response["violations"]]
        assert told == [], target
        assert "\u202e" not in page.content()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_names_stand_under_their_heading_in_both_directions(visit: Visit, language: str) -> None:
    page = visit(f"{language}/", 380)
    side = "left" if language == "en" else "right"
    edges = "(each) => { const within = document.createRange(); within.selectNodeContents(each);"
    edges += f" return within.getBoundingClientRect().{side}; }}"
    heading = page.locator("thead th").first.evaluate(edges)
    for name in page.locator("tbody th").all():
        assert abs(name.evaluate(edges) - heading) < 2


def test_the_list_is_sorted_by_a_click_and_leads_on(visit: Visit, filled: Path) -> None:
    page = visit("en/")
    names = page.locator("tbody th a")
    page.get_by_role("button", name="Name").click()
    assert names.all_inner_texts() == ["broken <b>", "search", "toy"]
    page.get_by_role("button", name="Name").press("Enter")
    assert names.all_inner_texts() == ["toy", "search", "broken <b>"]
    names.nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("search")


def test_a_page_follows_a_search_without_being_loaded_again(visit: Visit, filled: Path) -> None:
    page = visit(f"en/{id_within(filled, 'search')}/")
    page.evaluate("window.isTheSame = true")
    expect(page.locator("circle.tried")).to_have_count(1)
    write_history(filled / "search", candidate(0, 40.0), candidate(1, 38.0, stopped=True), candidate(2, 31.2))
    _standing(filled / "search", 6)
    expect(page.locator("circle.tried")).to_have_count(2, timeout=10_000)
    expect(page.locator("#live")).to_contain_text("31.2")
    expect(page.locator("progress")).to_have_attribute("value", "6")
    assert page.evaluate("window.isTheSame")
    (filled / "search" / "standing.json").unlink()
    expect(page.locator("#told")).to_contain_text("interrupted", timeout=10_000)


def test_a_report_is_waited_for_and_opens(
    visit: Visit, filled: Path, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congestion_lab.serving.reports.story_of", lambda _folders: story)
    page = visit("ar/")
    page.get_by_role("link", name="تقرير toy").click()
    expect(page.locator(".eyebrow")).to_have_text("تقرير محاكاة مرورية", timeout=30_000)
    page.get_by_role("link", name="English").click()
    expect(page.locator(".eyebrow")).to_have_text("Traffic simulation report", timeout=30_000)
