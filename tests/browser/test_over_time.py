"""What a report tells over time, in the system's own Chromium: playback by mouse and keys, and layers of maps."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.translation import speaking
from tests.browser.conftest import Open
from tests.timedstories import timed_story


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of runs that recorded all there is to record, by language."""
    folder = tmp_path_factory.mktemp("timed")
    story = timed_story(folder)
    found = {}
    for language in ("en", "ar"):
        with speaking(language):
            found[language] = folder / f"report.{language}.html"
            found[language].write_text(report_page(story), encoding="utf-8")
    return found


@pytest.fixture(params=["en", "ar"])
def page(request: pytest.FixtureRequest, open_page: Open, written: dict[str, Path]) -> Page:
    page: Page = open_page(written[request.param]).page
    return page


def _classes(page: Page, place: int, where: str = "#playback") -> list[str]:
    found: list[str] = page.evaluate(
        "([where, place]) => [...document.querySelectorAll(`${where} svg.map`)[place].querySelectorAll('[data-link]')]"
        ".sort((a, b) => a.dataset.link - b.dataset.link).map((path) => path.getAttribute('class').split(' ').at(-1))",
        [where, place],
    )
    return found


def test_playback_colours_streets_by_the_speeds_of_the_moment(page: Page) -> None:
    assert _classes(page, 0) == ["s1", "s1", "none", "none"]
    assert _classes(page, 1) == ["s2", "s2", "none", "none"]


def test_playback_moves_by_keys_and_says_where_it_is(page: Page) -> None:
    slider = page.locator("#playback input[type=range]")
    slider.press("End")
    assert slider.input_value() == "29"
    slider.press("Home")
    first = slider.get_attribute("aria-valuetext") or ""
    slider.press("ArrowRight")
    assert slider.input_value() == "1"
    assert slider.get_attribute("aria-valuetext") != first
    assert page.locator("#playback .moment").text_content() == slider.get_attribute("aria-valuetext")
    places = page.evaluate(
        "(() => { const one = document.querySelector('#playback .cursor'); return one.getAttribute('x1'); })()"
    )
    assert float(places) > 0


def test_a_time_space_diagram_that_is_too_wide_shows_its_names_and_its_beginning_first(page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 900})
    page.locator("#corridors details").first.evaluate("(one) => { one.open = true; }")
    gap = page.locator("#corridors .scroll:has(> .timespace)").first.evaluate(
        "(one) => one.firstElementChild.getBoundingClientRect().left - one.getBoundingClientRect().left"
    )
    assert gap >= 0


def test_what_is_too_wide_scrolls_by_keys_under_its_own_name_and_is_no_stop_where_it_fits(page: Page) -> None:
    page.locator("#corridors details").first.evaluate("(one) => { one.open = true; }")
    box = page.locator("#corridors .scroll:has(> .timespace)").first
    said = box.evaluate("(one) => one.closest('.body').querySelectorAll('h3')[1].textContent")
    page.set_viewport_size({"width": 380, "height": 900})
    expect(box).to_have_attribute("tabindex", "0")
    expect(box).to_have_attribute("aria-label", said)
    table = page.locator("#figures .scroll").first
    expect(table).to_have_attribute("tabindex", "0")
    page.set_viewport_size({"width": 2400, "height": 900})
    expect(table).not_to_have_attribute("tabindex", "0")


def test_playback_plays_and_stops(page: Page) -> None:
    slider, button = page.locator("#playback input[type=range]"), page.locator("#playback .play")
    button.press("Space")
    assert button.get_attribute("aria-pressed") == "true"
    expect(slider).to_have_value(re.compile("[3-9]|[12][0-9]"))
    button.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    stopped = slider.input_value()
    page.wait_for_timeout(600)
    assert slider.input_value() == stopped


def test_playback_stops_at_the_end_and_starts_again_from_the_beginning(page: Page) -> None:
    slider, button = page.locator("#playback input[type=range]"), page.locator("#playback .play")
    slider.press("End")
    slider.press("ArrowLeft")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert slider.input_value() == "29"
    button.click()
    assert int(slider.input_value()) < 5


def test_maps_show_the_layer_that_is_chosen(page: Page) -> None:
    first = page.locator("#map .layered figure").first
    assert first.locator("svg.map").get_attribute("aria-label") == first.locator("h3").first.inner_text()
    assert _classes(page, 0, "#map") == ["s1"] * 4
    page.locator("#map input[value=los]").check()
    assert _classes(page, 0, "#map") == ["q1", "q1", "q1", "none"]
    assert _classes(page, 2, "#map") == ["d2", "d2", "d2", "none"]
    shown = page.locator("#map h3:visible")
    assert shown.count() == 3
    for place in range(3):
        told = page.locator("#map svg.map").nth(place).get_attribute("aria-label")
        assert told == shown.nth(place).text_content()
    page.locator("#map input[value=speed]").check()
    assert _classes(page, 0, "#map") == ["s1"] * 4


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "media"), [(380, "screen"), (1440, "screen"), (720, "print")])
def test_nothing_is_wider_than_the_page(
    open_page: Open, written: dict[str, Path], language: str, width: int, media: Literal["screen", "print"]
) -> None:
    page: Page = open_page(written[language], width).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.emulate_media(media=media)
    page.evaluate("(media) => { if (media === 'print') dispatchEvent(new Event('beforeprint')); }", media)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
