"""Plans that traffic times, in every format: their bounds are told, and bare SUMO times them by its traffic."""

import csv
import itertools
from pathlib import Path
from xml.etree.ElementTree import parse

import openpyxl
import pytest

from congestion_lab.exporting.csvtable import write_csv
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.sheets.workbook import write_xlsx
from congestion_lab.exporting.sumofile import write_sumo
from congestion_lab.optimization.space.space import decision_space
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from congestion_lab.sumo.process import run_program
from tests.roads import crossing, flow, routes

_SHORTEST_S, _LONGEST_S, _GAP_S = 5.0, 41.0, 2.4


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crossing(tmp_path_factory.mktemp("crossing"))


@pytest.fixture(scope="module")
def plans(net: Path) -> PlanSet:
    """Two greens of 5 to 41 s; the point is the middle of the cube but for the shortest greens."""
    present = read_plans(net)
    space = decision_space(present, cycle_bounds_s=(88, 88), controls=(Control.ACTUATED,))
    values = {"shortest": 0.0}
    return space.decode([values.get(name.split(".")[-2] if "." in name else "", 0.5) for name in space.names])


def _handover(net: Path, plans: PlanSet) -> Handover:
    return Handover("s", plans, {site.controller_id: site for site in read_intersections(net)})


def test_the_point_is_what_the_tests_take_it_for(plans: PlanSet) -> None:
    (plan,) = plans
    greens = [each for each in plan.intervals if each.max_s is not None]
    assert [(each.min_s, each.max_s) for each in greens] == [(_SHORTEST_S, _LONGEST_S)] * 2
    assert dict(plan.parameters)["max-gap"] == str(_GAP_S)


def test_a_plan_file_carries_them_unchanged(net: Path, plans: PlanSet, tmp_path: Path) -> None:
    content = PlanFile("s", "d", read_intersections(net), plans)
    write_plan_file(tmp_path / "plan.json", content)
    assert read_plan_file(tmp_path / "plan.json") == content


def test_tables_tell_the_bounds_and_the_gap(net: Path, plans: PlanSet, tmp_path: Path) -> None:
    timings, _ = write_csv(_handover(net, plans), tmp_path / "c").files
    with timings.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = [(row["control"], row["shortest_green_s"], row["longest_green_s"], row["max_gap_s"]) for row in rows]
    assert told == [("actuated", "5", "41", "2.4")] * 2
    assert [(row["cycle_s"], row["offset_s"], row["green_s"]) for row in rows] == [("88", "", "41")] * 2


def test_sheets_tell_the_bounds_and_the_gap(net: Path, plans: PlanSet, tmp_path: Path) -> None:
    (file,) = write_xlsx(_handover(net, plans), tmp_path / "c").files
    rows = list(openpyxl.load_workbook(file)["x"].iter_rows(values_only=True))
    facts = {row[0]: row[1] for row in rows if isinstance(row[0], str)}
    assert (facts["Control"], facts["Longest cycle (s)"], facts["Green ends at a gap of (s)"]) == ("actuated", 88, 2.4)
    assert "Offset (s)" not in facts
    assert [row[5:8] for row in rows if row[2] == "green interval"] == [(41, 5, 41)] * 2


@pytest.mark.parametrize(
    ("busy", "quiet"), [("west_in east_out", "south_in north_out"), ("south_in north_out", "west_in east_out")]
)
def test_bare_sumo_ends_greens_by_traffic(net: Path, plans: PlanSet, tmp_path: Path, busy: str, quiet: str) -> None:
    """The busy street's greens run up to their longest, those of the quiet one end at the shortest or soon after."""
    (file,) = write_sumo(_handover(net, plans), tmp_path / "c").files
    watch = tmp_path / "watch.add.xml"
    watch.write_text('<additional><timedEvent type="SaveTLSStates" source="x" dest="states.xml"/></additional>')
    demand = routes(tmp_path, flow("busy", busy, 600, end_s=1200), flow("quiet", quiet, 20, end_s=1200))
    command = ("-n", net, "-a", f"{file},{watch}", "-r", demand, "--end", 1200, "--no-step-log", "--seed", 1)
    run_program([binary("sumo"), *map(str, command)])
    lengths = _green_lengths(tmp_path / "states.xml", _head(net, busy.split(maxsplit=1)[0]))
    others = _green_lengths(tmp_path / "states.xml", _head(net, quiet.split(maxsplit=1)[0]))
    assert {*lengths, *others} <= {float(second) for second in range(int(_SHORTEST_S), int(_LONGEST_S) + 1)}
    assert sum(lengths) / len(lengths) > 30
    assert sum(others) / len(others) < 15


def _head(net: Path, link: str) -> int:
    (site,) = read_intersections(net)
    return next(head.index for head in site.heads if head.from_link == link)


def _green_lengths(file: Path, head: int) -> list[float]:
    """Return the lengths of a head's greens, those cut off by the start and the end of the simulation left out."""
    shown = [row.get("state", "")[head] for row in parse(file).iter("tlsState")]  # noqa: S314 -- SUMO wrote it
    runs = [(letter, float(len(list(seconds)))) for letter, seconds in itertools.groupby(shown)]
    return [length for letter, length in runs[1:-1] if letter in "Gg"]
