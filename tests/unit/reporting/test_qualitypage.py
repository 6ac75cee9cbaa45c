import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from congestion_lab.network.checks import Severity
from congestion_lab.network.maps.edits import Edits, RoadEdit
from congestion_lab.network.maps.issues import Issue, issue
from congestion_lab.network.maps.lostroads import LostRoads, LostStreet
from congestion_lab.network.maps.quality import Quality
from congestion_lab.network.model import Network
from congestion_lab.reporting.pages.qualitypage import lost_words, quality_page
from congestion_lab.sumo.building.importfolder import Imported, Origin

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e"


def made(*issues: Issue, source: str = "town.osm", fixed: tuple[str, ...] = ()) -> Imported:
    counts = {"links": 2, "nodes": 3, "signals": 1, "road_km": 1.5, "lane_km": 2}
    quality = Quality(issues, fixed, (f"way 1: {EVIL}",) if EVIL in source else ())
    origin = Origin("osm", source, "d", source)
    return Imported("", origin, quality, (), {"fix": True}, Edits(), Edits(), counts, {source: 3}, (source,))


def found(rule: str, severity: Severity, message: str, place: str = "link") -> Issue:
    one = issue(rule, severity, place, message, (0.0, 0.0), edit=RoadEdit(way=1, lanes=2, why=message))
    return replace(one, degrees=(36.3, 33.5))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_every_finding_has_a_row_a_point_and_a_link_to_the_map(network: Network) -> None:
    issues = (found("connected", Severity.ERROR, "cannot be reached"), found("speeds", Severity.WARNING, "is fast"))
    page = quality_page(made(*issues), network, title="town")
    elements = tags(page)
    rows = {attributes["id"] for tag, attributes in elements if tag == "tr" and "id" in attributes}
    points = {
        attributes["href"]
        for tag, attributes in elements
        if tag == "a" and re.fullmatch("#f[0-9]+", attributes["href"] or "")
    }
    assert rows == {"f1", "f2"}
    assert points == {"#f1", "#f2"}
    link = "https://www.openstreetmap.org/?mlat=33.500000&mlon=36.300000#map=19/33.500000/36.300000"
    assert [attributes["href"] for tag, attributes in elements if tag == "a" and "rel" in attributes] == [link, link]
    assert "What to do:" in page


def test_names_with_markup_stay_text(network: Network) -> None:
    links = {name: replace(link, name_en=EVIL, name_ar=EVIL) for name, link in network.links.items()}
    evil = replace(network, links=links)
    place = next(iter(links))
    one = found("speeds", Severity.WARNING, EVIL, place)
    page = quality_page(made(one, source=EVIL, fixed=(EVIL,)), evil, title=EVIL)
    elements = tags(page)
    assert not [tag for tag, _ in elements if tag in {"script", "img"}]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert "\u202e" not in page
    assert page.count("&lt;script&gt;") > 5


def test_no_script_may_run_and_nothing_is_fetched(network: Network) -> None:
    page = quality_page(made(found("speeds", Severity.INFO, "x")), network, title="")
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.replace("&#39;", "'")
    assert not re.search(r"<(script|link|img|iframe)", page)


def lost(name: str = "Avenue", of_m: float = 20000.0, **more: object) -> LostRoads:
    streets = (
        LostStreet(name, "", "primary", 1500.0),
        *(LostStreet("", "", "residential", 100.0 + one) for one in range(6)),
    )
    return LostRoads(of_m=of_m, streets=streets, lines=(((900.0, 0.0), (1000.0, 50.0)),), **more)  # type: ignore[arg-type] # keyword by keyword as the caller says


def with_lost(roads: LostRoads) -> Imported:
    one = made()
    return replace(one, quality=replace(one.quality, lost=roads))


def test_the_page_begins_with_what_is_left_out_and_draws_it(network: Network) -> None:
    page = quality_page(with_lost(lost(signals=8, edge_m=2000.0)), network, title="town")
    said = lost_words(lost(signals=8, edge_m=2000.0))
    assert said.startswith(
        "Left out: 2.1 km of 20.0 km of streets (11\u202f%), the most important: Avenue (primary, 1.5 km), "
    )
    assert "without a name (residential, 100 m)" in said
    assert "and 2 more. 8 mapped signals lie there. Most of it reaches the edge of the map" in said
    assert f'<p class="warning">{said}</p>' in page
    assert page.index(said) < page.index('class="lead"')
    (line,) = [
        attributes["d"] or ""
        for tag, attributes in tags(page)
        if attributes.get("class") == "missing" and tag == "path"
    ]
    (box,) = [attributes["viewbox"] or "" for tag, attributes in tags(page) if tag == "svg"]
    _left, _top, width, height = map(float, box.split())
    places = [float(figure) for figure in re.findall(r"-?[0-9.]+", line)]
    assert all(0 <= x <= width for x in places[::2])
    assert all(0 <= y <= height for y in places[1::2])


def test_little_that_is_left_out_is_no_warning_and_none_no_sentence(network: Network) -> None:
    little = lost(of_m=30000.0)
    page = quality_page(with_lost(little), network, title="town")
    assert f'<p class="soft">{lost_words(little)}</p>' in page
    assert "signal" not in lost_words(little)
    assert "edge" not in lost_words(little)
    assert not lost_words(LostRoads(of_m=1000.0))
    assert 'class="missing"' not in quality_page(made(), network, title="town")


def test_names_of_lost_streets_stay_text(network: Network) -> None:
    page = quality_page(with_lost(lost(EVIL)), network, title="town")
    assert not [tag for tag, _ in tags(page) if tag in {"script", "img"}]
    assert "\u202e" not in page


def test_a_clean_network_says_so(network: Network) -> None:
    page = quality_page(made(), network, title="town")
    assert "Nothing was found." in page
    assert "The checks found nothing to look at." in page


@pytest.mark.parametrize("severity", Severity)
def test_what_lies_outside_the_map_is_drawn_at_its_edge(network: Network, severity: Severity) -> None:
    far = replace(issue("disconnected", severity, "1", "far", (1e7, -1e7)), degrees=None)
    circles = [
        a
        for tag, a in tags(quality_page(made(far), network, title="t"))
        if tag == "circle" and "pin" in (a["class"] or "")
    ]
    assert len(circles) == 1
    assert 0 <= float(circles[0]["cx"] or -1) <= 1000
