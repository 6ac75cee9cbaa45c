"""What a reader does with a report, in both languages."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from congestion_lab.reporting.gathering import Story
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.scales import DELAY_CHANGE, SPEED_CHANGE, Scale
from congestion_lab.reporting.translation import speaking
from tests.browser.conftest import Open

every_voice = pytest.mark.parametrize("voice", ["en", "ar"])
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def _until(page: Page, truth: str) -> None:
    """Wait until an expression holds; Playwright's own way of waiting is forbidden by the page's security policy."""
    for _attempt in range(200):
        if page.evaluate(f"Boolean({truth})"):
            return
        page.wait_for_timeout(25)
    raise AssertionError(truth)


def _view(page: Page, place: int = 0) -> list[float]:
    box = page.locator("svg.map").nth(place).get_attribute("viewBox")
    return [float(value) for value in (box or "").split()]


@every_voice
@pytest.mark.parametrize("width", [380, 1440])
def test_nothing_is_wider_than_the_page(open_page: Open, reports: dict[str, Path], voice: str, width: int) -> None:
    page = open_page(reports[voice], width).page
    assert _overflow(page) == 0
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert _overflow(page) == 0


@every_voice
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, reports: dict[str, Path], voice: str, scheme: str) -> None:
    page = open_page(reports[voice], 380, scheme).page
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
    told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found.response["violations"]]
    assert told == []


def test_the_summary_stands_on_one_screen(page: Page) -> None:
    bottom = page.evaluate("document.querySelector('.cards').getBoundingClientRect().bottom + scrollY")
    assert 0 < bottom < 900
    assert page.locator(".briefing dt").count() == 5


def test_a_page_begins_where_its_language_does(page: Page) -> None:
    box = page.evaluate(
        "(({left, right}) => ({left, right}))(document.querySelector('.verdict').getBoundingClientRect())"
    )
    near, far = (box["left"], 1440 - box["right"])[:: 1 if page.evaluate("document.dir") == "ltr" else -1]
    assert near < far
    time = page.evaluate(
        "[...document.querySelectorAll('.time')[0].children].map((one) => one.getBoundingClientRect().left)"
    )
    assert time == sorted(time)  # time runs from left to right in both


def test_figures_of_a_column_line_up_at_their_last_digit_in_both_languages(page: Page) -> None:
    ends = page.evaluate(
        "[...document.querySelectorAll('#figures td.n:nth-child(2)')].map((cell) => {"
        "const range = document.createRange(); range.selectNodeContents(cell);"
        "return Math.round(range.getBoundingClientRect().right); })"
    )
    assert len(ends) > 10
    assert len(set(ends)) == 1


def test_the_name_of_a_row_begins_where_its_heading_begins(page: Page) -> None:
    edges = page.evaluate(
        "['thead th', 'tbody th'].map((cell) => {"
        "const style = getComputedStyle(document.querySelector(`#figures ${cell}`));"
        "return [style.paddingInlineStart, style.paddingInlineEnd]; })"
    )
    assert edges[0] == edges[1]


def test_numerals_are_those_that_were_asked(open_page: Open, reports: dict[str, Path]) -> None:
    latin, indic = (open_page(reports[voice]).page for voice in ("ar", "ar-digits"))
    assert "31.0" in latin.locator(".lead").inner_text()
    assert "٣١٫٠" in indic.locator(".lead").inner_text()
    for page, pattern in ((latin, "^[0-9.−]+$"), (indic, "^[٠-٩٫−]+$")):
        ticks = page.locator("svg.spread > text:not([transform])").all_text_contents()
        figures = [tick for tick in ticks if not re.search("[a-z\u0600-\u065f]", tick)]
        assert len(figures) > 6
        assert all(re.match(pattern, figure) for figure in figures)


def test_the_page_turns_dark_and_light_again(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    line = "getComputedStyle(document.querySelector('svg.spread path.line')).stroke"
    button, colours = page.locator("#theme"), [(page.evaluate(paper), page.evaluate(line))]
    for _turn in range(2):
        button.click()
        colours.append((page.evaluate(paper), page.evaluate(line)))
    assert colours[0] == colours[2]
    assert colours[0][0] != colours[1][0]
    assert colours[0][1] != colours[1][1]


def test_maps_zoom_and_move_together_by_buttons_keys_and_wheel(page: Page) -> None:
    whole = _view(page)
    page.locator("[data-zoom='0.6']").click()
    assert _view(page)[2] == pytest.approx(0.6 * whole[2])
    assert _view(page, 1) == _view(page)
    page.locator("[data-zoom='all']").click()
    assert _view(page) == whole
    first = page.locator("svg.map").first
    first.focus()
    page.keyboard.press("+")
    near = _view(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert _view(page)[0] > near[0]
    assert _view(page)[1] > near[1]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert _view(page) == pytest.approx(near)
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert _view(page) == whole
    first.hover()
    page.mouse.wheel(0, -200)
    _until(page, f"document.querySelector('svg.map').viewBox.baseVal.width < {whole[2]}")
    page.keyboard.press("0")  # as the next reader expects it


def test_the_wheel_moves_the_page_unless_a_map_is_in_use(open_page: Open, reports: dict[str, Path]) -> None:
    page = open_page(reports["en"]).page
    page.locator("svg.map").first.hover()
    whole = _view(page)
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 200)
    _until(page, f"scrollY > {before}")
    assert _view(page) == whole


@pytest.mark.parametrize("scale", [SPEED_CHANGE, DELAY_CHANGE])
def test_what_becomes_worse_is_dashed_so_that_a_map_is_read_without_colour(page: Page, scale: Scale) -> None:
    draw = """(key) => {
        const line = document.querySelector(".map .link").cloneNode();
        line.setAttribute("class", `link w1 ${key}`);
        document.querySelector(".map").append(line);
        const dashes = getComputedStyle(line).strokeDasharray;
        line.remove();
        return dashes;
    }"""
    dashed = [page.evaluate(draw, each.key) != "none" for each in scale.classes]
    assert dashed == [(each.low >= 0) if scale is DELAY_CHANGE else (each.high <= 0) for each in scale.classes]


def test_a_map_is_dragged_and_tells_of_streets(page: Page) -> None:
    page.locator("[data-zoom='0.6']").click()
    map_box = page.locator("svg.map").first.bounding_box()
    assert map_box is not None
    x, y = map_box["x"] + map_box["width"] / 2, map_box["y"] + map_box["height"] / 2
    before = _view(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)
    page.mouse.up()
    assert _view(page)[0] > before[0]
    page.locator("[data-zoom='all']").click()
    page.locator("svg.map path[data-link]").first.dispatch_event(
        "pointermove", {"clientX": 200, "clientY": 300, "bubbles": True}
    )
    tip = page.locator("#tip")
    assert tip.evaluate("(one) => getComputedStyle(one).visibility") == "visible"
    assert tip.inner_text()


def test_maps_name_streets(page: Page) -> None:
    _until(page, "document.querySelector('svg.map .street')")
    assert all(page.locator("svg.map").first.locator(".street").all_text_contents())
    named = page.evaluate("JSON.parse(document.getElementById('page-data').textContent).streets.map((one) => one[0])")
    assert ("شارع بغداد" in named) == (page.evaluate("document.dir") == "rtl")


def test_names_of_streets_are_as_large_in_a_wide_map_as_in_a_narrow_one_and_cover_no_signal(page: Page) -> None:
    _until(page, "document.querySelectorAll('svg.map')[2].querySelector('.street')")
    sizes = page.evaluate(
        "[...document.querySelectorAll('#map svg.map')].map((map) =>"
        "Number(map.querySelector('.street').getAttribute('font-size')) * map.getScreenCTM().a)"
    )
    assert sizes == pytest.approx([11] * len(sizes), rel=0.05)
    covered = page.evaluate(
        "[...document.querySelectorAll('#map svg.map')].flatMap((map) => [...map.querySelectorAll('.street')].filter("
        "(name) => { const box = name.getBBox(), turned = name.getCTM().inverse().multiply(map.getCTM());"
        "return [...map.querySelectorAll('.signal')].some((dot) => {"
        "const at = new DOMPoint(dot.cx.baseVal.value, dot.cy.baseVal.value).matrixTransform(turned);"
        "return at.x > box.x && at.x < box.x + box.width && at.y > box.y && at.y < 0; }); })).length"
    )
    assert covered == 0


def test_tables_sort_by_every_column(page: Page) -> None:
    heads = page.locator("table[data-sortable] th button")
    for place in range(heads.count()):
        for state in ("ascending", "descending"):
            heads.nth(place).click()
            assert heads.nth(place).locator("..").get_attribute("aria-sort") == state


def test_folded_parts_open_and_every_link_of_the_page_leads_somewhere(page: Page) -> None:
    for place in range(page.locator("details").count()):
        one = page.locator("details").nth(place)
        was = one.evaluate("(each) => each.open")
        one.locator("> summary").click()
        assert one.evaluate("(each) => each.open") != was
        one.locator("> summary").click()
    for target in page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map((one) => one.getAttribute('href'))"
    ):
        assert page.locator(target).count() == 1, target
    page.evaluate("document.querySelector('#place1').open = false")
    page.locator("#intersections a[href='#place1']").click()
    _until(page, "document.querySelector('#place1').open")


def test_the_keyboard_reaches_the_summary_first_and_shows_where_it_is(
    open_page: Open, reports: dict[str, Path]
) -> None:
    page = open_page(reports["en"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    for _step in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@every_voice
def test_what_the_keyboard_reaches_is_in_view_at_once_and_not_under_the_contents(
    open_page: Open, reports: dict[str, Path], voice: str
) -> None:
    page = open_page(reports[voice], 1024).page
    page.locator("#place1 > summary").focus()
    for _step in range(12):
        page.keyboard.press("Shift+Tab")
        top, covered = page.evaluate(
            "[document.activeElement.getBoundingClientRect().top,"
            "document.querySelector('body > nav.contents').getBoundingClientRect().bottom]"
        )
        assert top >= covered - 1
        assert top < 900


def test_hostile_names_stay_text(page: Page) -> None:
    assert page.locator("script").count() == 2
    assert page.locator("h1").inner_text().startswith("<script>alert(1)</script>")
    assert "\u202e" not in page.content()
    styles = page.evaluate("[...document.querySelectorAll('bdi')].map((one) => getComputedStyle(one).unicodeBidi)")
    assert set(styles) == {"isolate"}


@every_voice
def test_paper_is_white_and_holds_all(open_page: Open, reports: dict[str, Path], voice: str) -> None:
    page = open_page(reports[voice], 720, "dark").page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("[...document.querySelectorAll('details:not(.movements)')].every((one) => one.open)")
    shown = page.evaluate(
        "[...document.querySelectorAll('nav, .toolbar, .wishes, .skip, #tip')].filter((one) => one.offsetParent).length"
    )
    assert shown == 0
    assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert _overflow(page) == 0
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    sizes = {size.decode() for size in re.findall(rb"/MediaBox \[0 0 ([\d. ]+)\]", paper)}
    assert {tuple(round(float(side)) for side in size.split()) for size in sizes} <= {(595, 842), (596, 843)}  # A4


def test_charts_need_no_script(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(reports["en"].as_uri())
    shown = [chart.bounding_box() for chart in page.locator("svg.chart").all()]
    page.context.close()
    assert len(shown) == 3
    assert all(box and box["height"] > 100 for box in shown)


def test_a_name_is_not_broken_at_its_hyphens(open_page: Open, story: Story, tmp_path: Path) -> None:
    runs = story.before.runs
    named = replace(runs, inputs=replace(runs.inputs, name="damascus-centre-am-peak"))
    path = tmp_path / "report.html"
    with speaking("ar"):
        text = report_page(replace(story, before=replace(story.before, runs=named)), elsewhere={})
    path.write_text(text, encoding="utf-8")
    for width in (380, 1440):
        page = open_page(path, width).page
        assert page.evaluate("document.querySelector('.briefing bdi.id').getClientRects().length") == 1
        line = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.briefing dd')).lineHeight)")
        assert page.evaluate("document.querySelector('.briefing bdi.id').getBoundingClientRect().height") < 1.5 * line
