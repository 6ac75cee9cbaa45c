"""Makes the pictures of the guides to the report, from a report in both languages.

congestion-lab report runs/damascus-demo --lang both -o report.html
python docs/images/remake.py report
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from congestion_lab.reporting.chromium import needed_chromium

_HERE = Path(__file__).parent
_SCREEN: ViewportSize = {"width": 1280, "height": 820}
_PLACES = {  # picture: what stands at its top
    "figures": "#figures",
    "map": "#map",
    "playback": "#playback",
    "corridor": ".corridor",
    "intersection": "#place1",
}


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
    page.evaluate(
        "document.querySelector('nav.contents').style.position = 'static'"
    )  # else it lies over what is cut out
    return page


def _pictures(page: Page, language: str) -> None:
    page.screenshot(path=_HERE / f"report-summary.{language}.png")
    for _turn in range(2):
        page.locator("[data-zoom='0.6']").click()
    page.locator("#playback input[type=range]").press("End")
    for name, place in _PLACES.items():
        _cut(page, f"report-{name}.{language}", x=0, y=_top(page, place), **_SCREEN)
    _judged(page, language)


def _judged(page: Page, language: str) -> None:
    """Show the first intersection that is judged: drawing and capacity, then its certificate with all rules open."""
    part = page.locator(".plan > .judged").first
    part.locator(".judged-fold > summary").first.click()
    box, middle = part.bounding_box(), part.locator("h3").last.bounding_box()
    if box is None or middle is None:
        raise SystemExit("the report judges no intersection")
    top, shift = box["y"] + page.evaluate("scrollY"), middle["y"] - box["y"]
    x, width = box["x"], box["width"]
    _cut(page, f"report-junction.{language}", x=x, y=top, width=width, height=shift)
    _cut(page, f"report-certificate.{language}", x=x, y=top + shift, width=width, height=box["height"] - shift)


def _top(page: Page, place: str) -> float:
    return float(page.locator(place).first.evaluate("(one) => one.getBoundingClientRect().top + scrollY"))


def _cut(page: Page, name: str, *, x: float, y: float, width: float, height: float) -> None:
    clip: FloatRect = {"x": x, "y": y, "width": width, "height": height}
    page.screenshot(path=_HERE / f"{name}.png", full_page=True, clip=clip)


def _before_and_after(page: Page) -> None:
    """Show the centre before and after, as the README does."""
    page.set_viewport_size({"width": 1440, "height": 900})
    top, maps = _top(page, "#map .layered"), page.locator("#map .layered").bounding_box()
    below = _top(page, "#map .layered figure.full")
    if maps is None:
        raise SystemExit("the report has no maps")
    _cut(page, "damascus-before-after", x=maps["x"], y=top, width=maps["width"], height=below - top)


if __name__ == "__main__":
    remake(Path(sys.argv[1]))
