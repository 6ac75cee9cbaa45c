"""Makes the pictures of the guides to the report, from a report in both languages.

congestion-lab report runs/damascus-demo --lang both -o report.html
python docs/images/remake.py report
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from congestion_lab.reporting.chromium import needed_chromium

_HERE = Path(__file__).parent
_SCREEN = {"width": 1280, "height": 820}
_PLACES = {  # picture: what stands at the top of the screen
    "figures": "#figures h2",
    "map": "#map h2",
    "playback": "#playback h2",
    "corridor": "#corridors h2",
    "intersection": "#plans h2",
}
_PARTS = {"junction": ".plan[open] .junction", "certificate": ".plan[open] .certificate"}


def remake(stem: Path) -> None:
    """Write the pictures of `<stem>.en.html` and `<stem>.ar.html`, and the one of the README."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needed_chromium(), args=["--no-sandbox"])
        for language in ("en", "ar"):
            page = _opened(browser, stem.with_name(f"{stem.name}.{language}.html"))
            _pictures(page, language)
            if language == "en":
                _before_and_after(page)
        browser.close()


def _opened(browser: Browser, path: Path) -> Page:
    page = browser.new_page(viewport=_SCREEN, color_scheme="light")
    page.goto(path.resolve().as_uri())
    return page


def _pictures(page: Page, language: str) -> None:
    page.screenshot(path=_HERE / f"report-summary.{language}.png")
    for _turn in range(2):
        page.locator("[data-zoom='0.6']").click()
    page.locator("#playback input[type=range]").press("End")
    for name, place in _PLACES.items():
        page.locator(place).first.evaluate("(one) => one.scrollIntoView()")
        page.evaluate("scrollBy(0, -90)")  # the contents stand above
        page.wait_for_timeout(300)
        page.screenshot(path=_HERE / f"report-{name}.{language}.png")
    for name, part in _PARTS.items():
        page.locator(part).first.screenshot(path=_HERE / f"report-{name}.{language}.png")


def _before_and_after(page: Page) -> None:
    page.locator("[data-zoom='all']").click()
    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator("#map .layered").first.screenshot(path=_HERE / "damascus-before-after.png")


if __name__ == "__main__":
    remake(Path(sys.argv[1]))
