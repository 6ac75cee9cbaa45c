"""What a reader sees of drawings, certificates and their mark, on the screen and on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open

MARKS = {"en": "NOT CERTIFIED: ", "ar": "غير معتمدة: "}


@pytest.mark.parametrize("voice", ["en", "ar"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_plans_that_are_not_certified_say_so_first(
    open_page: Open, reports: dict[str, Path], voice: str, media: str
) -> None:
    page = open_page(reports[voice], 720).page
    page.emulate_media(media=media)  # type: ignore[arg-type] # screen or print
    mark = page.locator("header .mark")
    assert mark.is_visible()
    assert mark.inner_text().startswith(MARKS[voice])
    assert page.locator("#summary .warning b").first.is_visible(), "and where"


def test_a_drawing_is_as_wide_as_there_is_room_and_has_a_name(page: Page) -> None:
    drawing = page.locator("#place1 svg.junction")
    box = drawing.bounding_box()
    assert box is not None
    assert 300 < box["width"] < 900
    assert drawing.get_attribute("role") == "img"
    assert drawing.get_attribute("aria-label")
    assert drawing.locator(".way").count() == 2
    assert [text.strip("\u2068\u2069") for text in drawing.locator(".badge-text text").all_text_contents()] == ["0"]


def test_all_rules_of_a_certificate_unfold(page: Page) -> None:
    fold = page.locator("#place1 .judged-fold").first
    rows = fold.locator("tbody tr")
    assert rows.count() > 5
    assert not rows.first.is_visible()
    fold.locator("> summary").click()
    assert rows.first.is_visible()
    assert all(text.strip() for text in rows.locator("td:nth-of-type(1)").all_inner_texts())
    fold.locator("> summary").click()


@pytest.mark.parametrize("voice", ["en", "ar", "ar-digits"])
def test_figures_of_a_certificate_line_up_at_their_last_digit(
    open_page: Open, reports: dict[str, Path], voice: str
) -> None:
    page = open_page(reports[voice]).page
    page.locator("#place1 .judged-fold").first.locator("> summary").click()
    ends = page.evaluate(
        "[...document.querySelectorAll('#place1 .rules td:nth-child(4)')].filter((cell) => cell.textContent.trim())"
        ".map((cell) => { const range = document.createRange(); range.selectNodeContents(cell);"
        "return Math.round(range.getBoundingClientRect().right); })"
    )
    assert len(ends) > 2
    assert len(set(ends)) == 1


@pytest.mark.parametrize("voice", ["en", "ar"])
def test_on_a_phone_no_word_of_the_rules_is_broken(open_page: Open, reports: dict[str, Path], voice: str) -> None:
    page = open_page(reports[voice], 380).page
    page.locator(".rulebook > summary").click()
    table = page.locator(".rulebook table")
    assert (
        page.locator(".rulebook th[scope=row]").first.evaluate("(one) => getComputedStyle(one).whiteSpace") == "normal"
    )
    widths = (
        table.locator("tbody tr")
        .first.locator("th, td")
        .evaluate_all("(cells) => cells.map((cell) => cell.getBoundingClientRect().width)")
    )
    assert min(widths) > 100


@pytest.mark.parametrize("voice", ["en", "ar"])
def test_on_paper_the_drawing_stands_beside_what_is_said(open_page: Open, reports: dict[str, Path], voice: str) -> None:
    page = open_page(reports[voice], 720).page
    page.emulate_media(media="print")
    drawing, said = (
        page.locator(f"#place1 .judged {part}").first.bounding_box() for part in (".junction", ".facts-line")
    )
    assert drawing is not None
    assert said is not None
    assert said["y"] < drawing["y"] + drawing["height"]
