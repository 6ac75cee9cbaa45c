"""Every word of a page comes from the catalogue: in a language that brackets all, nothing stands outside brackets."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from congestion_lab.core.errors import ExperimentError
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.assessment import Change, Compared, ZoneChange
from congestion_lab.network.checks import Severity
from congestion_lab.network.maps.edits import Edits
from congestion_lab.network.maps.issues import issue
from congestion_lab.network.maps.lostroads import LostRoads, LostStreet
from congestion_lab.network.maps.quality import Quality
from congestion_lab.network.model import Network
from congestion_lab.optimization.shelf.shelf import Entry, Place, State
from congestion_lab.optimization.shelf.shelvedrunset import RunSetFigures
from congestion_lab.optimization.shelf.shelvedstudy import StudyFigures
from congestion_lab.optimization.study.standing import Standing
from congestion_lab.reporting.gathering import Story
from congestion_lab.reporting.maps.cameramap import Camera, camera_svg
from congestion_lab.reporting.maps.networkmap import network_svg
from congestion_lab.reporting.pages.demandreport import demand_report
from congestion_lab.reporting.pages.matrixpage import matrix_page
from congestion_lab.reporting.pages.periodpage import period_page
from congestion_lab.reporting.pages.qualitypage import quality_page
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.served import notices
from congestion_lab.reporting.served.pages import entry_page, runs_page
from congestion_lab.reporting.served.shell import Addresses
from congestion_lab.reporting.translation import DOMAIN, LOCALES, speaking
from congestion_lab.sumo.building.importfolder import Imported, Origin
from congestion_lab.sumo.building.importsettings import Setting
from tests.stories import ranked, side_by_side

DATA = {"bdi", "code", "script", "style", "title"}  # where names, ids and settings stand
SPOKEN = {"aria-label", "title", "alt", "placeholder", "data-light", "data-dark", "data-play", "data-pause"}
ALSO_DATA = re.compile(r"congestion_lab|OpenStreetMap|netconvert|GEH|\b[A-F]\b")


@pytest.fixture
def brackets(tmp_path: Path) -> Path:
    """Catalogues of a language that is English between brackets."""
    with (LOCALES / "ar" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as stream:
        known = read_po(stream, locale="ar")
    made = Catalog(locale="fa")
    for message in known:
        if message.id:
            one = message.id if isinstance(message.id, str) else message.id[1]
            made.add(message.id, f"⟦{one}⟧" if isinstance(message.id, str) else (f"⟦{one}⟧",) * made.num_plurals)
    target = tmp_path / "locale" / "fa" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    target.parent.mkdir(parents=True)
    compiled = io.BytesIO()
    write_mo(compiled, made)
    target.write_bytes(compiled.getvalue())
    return tmp_path / "locale"


class _Words(HTMLParser):
    """Collects what people read, but for what stands where data stands."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SPOKEN and value]
        if tag in DATA:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.found.append(data)


def _outside(text: str) -> str:
    depth, kept = 0, []
    for char in text:
        depth += char == "⟦"
        if not depth:
            kept.append(char)
        depth -= char == "⟧"
    return "".join(kept)


def _english(page: str) -> Iterator[str]:
    words = _Words()
    words.feed(page)
    for text in words.found:
        left = re.sub("\u2068[^\u2069]*\u2069|\u2066[^\u2069]*\u2069", "", _outside(text))
        if re.search("[A-Za-z]", ALSO_DATA.sub("", left)):
            yield text.strip()


def _report(story: Story, _network: Network) -> str:
    return report_page(story)


def _one_side(story: Story, _network: Network) -> str:
    return report_page(Story(story.title, story.network, story.intersections, story.before, None))


LOST = "is a mapped signal between junctions, with no junction within reach; it is not in the network"


CUT_OFF = (
    "6271 m of street reach the edge of the map, touch the network nowhere and are not in it: "
    "way 4 (motorway_link), way 5 (tertiary), way 6 (living_street) and 27 more"
)


def _quality(_story: Story, network: Network) -> str:
    issues = (
        issue("speeds", Severity.WARNING, "west_mid", "has a limit of 150 km/h", (0.0, 0.0)),
        issue("signals_lost", Severity.ERROR, "7", LOST, (0.0, 0.0)),
        issue("disconnected", Severity.WARNING, "8", CUT_OFF, (0.0, 0.0)),
    )  # fmt: skip
    counts = {"links": 2, "nodes": 3, "signals": 1, "road_km": 1.5, "lane_km": 2}
    origin = Origin("osm", "town.osm", "d", "unknown")
    settings = (Setting("geometry.remove", "true", "reports name streets"),)
    left_out = {"service road": 3}
    assumed = ("The map shows no signal, and none was guessed.",)
    lost = LostRoads(5000.0, tuple(LostStreet("", "", kind, 90.0) for kind in ("primary", "residential")), 3, 180.0)
    quality = Quality(issues, (), (), lost)
    made = Imported("", origin, quality, settings, {"fix": True}, Edits(), Edits(), counts, left_out, assumed)
    return quality_page(made, network, title="")


def _demand(_story: Story, network: Network) -> str:
    counts = tuple(Count(link, "", 27000.0, 27900.0, "", 50.0) for link in ("1", "2"))
    compared = Compared(counts, np.array([False, True]), {"prior": np.array([50.0, 20.0])}, 0.1)
    zones = (ZoneChange("1", (10.0, 12.0), (0.0, 0.0), 0.0, (0.4, 0.2)),)
    change = Change((10.0, 12.0), ((27000.0, 10.0, 12.0),), 0.2, (), zones)
    notes = ["No estimate met the counts better than the prior: the vehicles are those of the scenario."]
    return demand_report("", compared, change, notes, {"Scenario": "1"}, network=network)


def _cameras(_story: Story, network: Network) -> str:
    new = Camera("west_mid", frozenset({"west_mid"}), "+5.0 % of vehicles, +2.0 % of pairs")
    old = Camera("mid_east", frozenset(), "", exists=True)
    return camera_svg(network, [new, old], {})


def _picture(_story: Story, network: Network) -> str:
    return network_svg(network)


def _matrix(story: Story, _network: Network) -> str:
    return matrix_page(*ranked(story))


def _weighted(story: Story, _network: Network) -> str:
    return matrix_page(*ranked(story, weights=(3.0, 1.0)))


def _periods(story: Story, _network: Network) -> str:
    return period_page(*side_by_side(story))


HOME = Addresses("/fa/", {})


def _entries() -> list[Entry]:
    place = Place("1", "1", Path("1"), is_study=True)
    origins = ("present", "fast engine, round 1")
    tried = tuple(
        {"number": number, "origin": origin, "delays_s": {"1": 30.0}, "score": 30.0 - number, "stopped": False}
        for number, origin in enumerate(origins)
    )
    trial, summary = ({"number": 0, "delays_s": {"7": 31.0}},), {"best_number": 0, "trial": [{"number": 0, "seeds": 2}]}
    figures = StudyFigures("1", "1", tried, trial, 2, 0, 30.0, 29.0, (-1.0, -2.0, -0.5), summary)
    runs = RunSetFigures("1", "1", "1", 2, 1, 0, 30.0)
    standings = [Standing(stage, "", 1, 2, 1, "1") for stage in ("searching", "fast engine", "confirming")]
    return [
        *(Entry(place, state, 0.0, figures) for state in State),
        *(Entry(place, State.RUNNING, 0.0, figures, standing) for standing in standings),
        *(Entry(replace(place, is_study=False), state, 0.0, runs) for state in (State.RUNNING, State.FINISHED)),
    ]


def _listed(_story: Story, _network: Network) -> str:
    return runs_page("1", _entries(), HOME, left_out=3) + runs_page("1", [], HOME)


def _opened(_story: Story, _network: Network) -> str:
    return "".join(entry_page(entry, [], HOME) for entry in _entries())


def _noticed(_story: Story, _network: Network) -> str:
    pages = [notices.missing_page(HOME), notices.wrong_host_page(HOME), notices.writing_page(HOME)]
    pages += [notices.making_page("1", stage, 3.0, HOME) for stage in ("waiting", "reading", "writing")]
    error = ExperimentError("1 is no plain file; it is not read")
    pages += [notices.trouble_page(error, HOME), notices.failed_page("1", error, HOME), notices.elsewhere_page(HOME)]
    return "".join([*pages, notices.unfinished_page(_entries()[0], HOME)])


PAGES = [
    _report,
    _one_side,
    _quality,
    _demand,
    _cameras,
    _picture,
    _matrix,
    _weighted,
    _periods,
    _listed,
    _opened,
    _noticed,
]


@pytest.mark.parametrize("page", PAGES)
def test_every_word_comes_from_the_catalogue(
    page: Callable[[Story, Network], str], story: Story, network: Network, brackets: Path
) -> None:
    with speaking("fa", brackets):
        written = page(story, network)
    assert "⟦" in written
    assert not list(_english(written))
