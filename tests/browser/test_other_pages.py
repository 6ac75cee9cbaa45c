"""The quality page, the report of a calibrated demand, run sets and studies side by side, in both languages."""

from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.assessment import Change, Compared, ZoneChange
from congestion_lab.network.checks import Severity
from congestion_lab.network.maps.edits import Edits
from congestion_lab.network.maps.issues import issue
from congestion_lab.network.maps.quality import Quality
from congestion_lab.reporting.gathering import Story
from congestion_lab.reporting.pages.demandreport import demand_report
from congestion_lab.reporting.pages.matrixpage import matrix_page
from congestion_lab.reporting.pages.periodpage import period_page
from congestion_lab.reporting.pages.qualitypage import quality_page
from congestion_lab.reporting.translation import speaking
from congestion_lab.sumo.building.importfolder import Imported, Origin
from tests.browser.conftest import Open
from tests.stories import HOSTILE, hostile_network, ranked, side_by_side

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _quality() -> str:
    messages = (f"ends at {HOSTILE!r} and nothing leads on", "has a limit of 150 km/h", "is 3.2 m long")
    rules = ("dead_ends", "speeds", "short_links")
    found = tuple(
        issue(rule, severity, "west_mid", message, (10.0, 5.0))
        for rule, severity, message in zip(rules, Severity, messages, strict=True)
    )
    counts = {"links": 4, "nodes": 4, "signals": 1, "road_km": 1.5, "lane_km": 2}
    origin = Origin("osm", f"{HOSTILE}.osm", "d", "test", "ODbL-1.0", "notice")
    made = Imported("", origin, Quality(found), (), {"fix": True}, Edits(), Edits(), counts, {"service road": 3}, ())
    return quality_page(made, hostile_network(), title=HOSTILE)


def _demand() -> str:
    counts = tuple(Count(link, "", 27000.0, 27900.0, "", 50.0) for link in ("a", HOSTILE))
    modelled = {"prior": np.array([50.0, 20.0]), "calibrated": np.array([50.0, 45.0])}
    zones = (ZoneChange(HOSTILE, (10.0, 12.0), (0.0, 0.0), 0.5, (0.4, 0.2)),)
    change = Change((10.0, 12.0), ((27000.0, 10.0, 12.0),), 0.2, (), zones)
    return demand_report(
        HOSTILE,
        Compared(counts, np.array([False, True]), modelled, 0.1),
        change,
        [HOSTILE],
        {},
        network=hostile_network(),
    )


@pytest.fixture(params=["en", "ar"])
def pages(request: pytest.FixtureRequest, story: Story, tmp_path: Path) -> list[Path]:
    """The pages in one language."""
    with speaking(request.param):
        written = {tmp_path / "quality.html": _quality(), tmp_path / "demand.html": _demand()}
        written[tmp_path / "matrix.html"] = matrix_page(*ranked(story), elsewhere={"en": "matrix.en.html"})
        written[tmp_path / "periods.html"] = period_page(*side_by_side(story))
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def test_pages_fit_are_accessible_and_harmless(open_page: Open, pages: list[Path]) -> None:
    for path in pages:
        for width, scheme in ((380, "dark"), (1440, "light")):
            page = open_page(path, width, scheme).page
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
            told = [
                (each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found.response["violations"]
            ]
            assert told == [], path.name
            assert "\u202e" not in page.content()


def test_a_matrix_shows_every_run_set_in_words_and_pictures(open_page: Open, pages: list[Path]) -> None:
    page = open_page(pages[2], 380).page
    assert page.locator("script").count() == 0
    assert page.locator(".matrix thead th").count() == 4
    assert page.locator(".matrix b").count() == 2 * page.locator(".matrix tbody tr").count()
    assert page.locator(".dotplot").count() == page.locator(".matrix tbody tr").count()
    filled = page.locator(".dotplot .better, .dotplot .worse").count()
    assert filled == page.locator(".matrix small.better, .matrix small.worse").count() > 0
    assert HOSTILE.partition('"')[0] in page.locator(".ranking").inner_text()
    assert all(page.locator(place).count() == 1 for place in ("#summary", "#matrix", "#changes", "#trust"))
    page.set_viewport_size({"width": 680, "height": 900})  # A4 between its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("nav").evaluate("(one) => getComputedStyle(one).display") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_calibrated_demand_turns_dark_and_light_as_a_report_does(
    open_page: Open, tmp_path: Path, scheme: str
) -> None:
    path = tmp_path / "demand.html"
    path.write_text(_demand(), encoding="utf-8")
    page = open_page(path, 1440, scheme).page
    paper = "getComputedStyle(document.body).backgroundColor"
    button, before = page.locator("#theme"), page.evaluate(paper)
    assert button.inner_text() == ("Dark page" if scheme == "light" else "Light page")
    button.click()
    assert button.inner_text() == ("Light page" if scheme == "light" else "Dark page")
    assert page.evaluate(paper) != before


@pytest.mark.parametrize("name", ["matrix", "quality"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_without_scripts_turns_dark_and_light(
    open_page: Open, story: Story, tmp_path: Path, scheme: str, name: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text(matrix_page(*ranked(story)) if name == "matrix" else _quality(), encoding="utf-8")
    page = open_page(path, 1440, scheme).page
    paper = "getComputedStyle(document.body).backgroundColor"
    first, other = ("Dark page", "Light page") if scheme == "light" else ("Light page", "Dark page")
    switch, before = page.locator("label.shade"), page.evaluate(paper)
    assert switch.inner_text() == first
    switch.click()
    assert switch.inner_text() == other
    assert page.evaluate(paper) != before
    page.emulate_media(media="print")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
