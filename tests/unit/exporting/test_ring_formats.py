"""What the formats of phases in rings tell of people on foot and of greens that traffic ends."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting.formats import export
from congestion_lab.optimization.space.space import decision_space
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.planfile import PlanFile
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests import roads
from tests.gmnsschema import faults, read_tables
from tests.junctions import Street, built
from tests.utdf import read_utdf


def _exported(net: Path, plans: PlanSet, format: str, folder: Path) -> Path:
    network = read_network(net)
    content = PlanFile("s", network.digest, read_intersections(net), plans)
    return export(content, format, folder, network=network).files[0]


def _objects(file: Path) -> dict[tuple[str, str], int]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["name"], row["index"]): int(row["value"]) for row in rows if ".." in row["range"]}


@pytest.fixture(scope="module")
def with_crossings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crossroads of two lanes a way with a crossing on every arm; people walk for 35 of 40 s of green."""
    places = {"w": (-300.0, 0.0), "e": (300.0, 0.0), "s": (0.0, -300.0), "n": (0.0, 300.0)}
    streets = {f"{arm}i": Street(arm, "x", 2) for arm in places} | {f"{arm}o": Street("x", arm, 2) for arm in places}
    options = ("--sidewalks.guess", "--crossings.guess", "--tls.allred.time", "2")
    folder = tmp_path_factory.mktemp("crossings")
    return built(folder, {"x": (0.0, 0.0)} | places, streets, signals=("x",), options=options)


def test_people_walk_beside_the_traffic_they_start_with(with_crossings: Path, tmp_path: Path) -> None:
    plans = read_plans(with_crossings)
    utdf = read_utdf(_exported(with_crossings, plans, "utdf", tmp_path))
    told = [(row["Walk"], row["DontWalk"], row["ActGreen"]) for row in utdf.phases("1").values()]
    assert told == [(35.0, 5.0, 40.0)] * 2
    assert all(row["MinSplit"] == 45.0 for row in utdf.phases("1").values())
    tables = read_tables(_exported(with_crossings, plans, "gmns", tmp_path).parent)
    assert not list(faults(tables))
    assert [(row["walk_time"], row["ped_clearance"]) for row in tables["signal_timing_phase"]] == [("35", "5")] * 2
    objects = _objects(_exported(with_crossings, plans, "ntcip", tmp_path))
    assert [objects["phaseWalk", number] for number in "12"] == [35, 35]
    assert [objects["phasePedestrianClear", number] for number in "12"] == [5, 5]
    assert [objects["splitMode", f"1.{number}"] for number in "12"] == [6, 6], "nobody has to ask for the walk"


def test_pavements_are_no_lanes(with_crossings: Path, tmp_path: Path) -> None:
    plans = read_plans(with_crossings)
    tables = read_tables(_exported(with_crossings, plans, "gmns", tmp_path).parent)
    assert {row["lanes"] for row in tables["link"]} == {"2"}
    assert {row["start_ib_lane"] for row in tables["movement"]} == {"1", "2"}
    utdf = read_utdf(_exported(with_crossings, plans, "utdf", tmp_path))
    assert {text for text in utdf.tables["Links"]["Lanes", "1"].values() if text} == {"2"}


def test_greens_that_traffic_ends_tell_their_bounds_and_keep_no_common_time(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    space = decision_space(read_plans(net), cycle_bounds_s=(88, 88), controls=(Control.ACTUATED,))
    values = {"shortest": 0.0}
    plans = space.decode([values.get(name.split(".")[-2] if "." in name else "", 0.5) for name in space.names])
    utdf = read_utdf(_exported(net, plans, "utdf", tmp_path))
    assert (utdf.plan("1")["Control Type"], utdf.plan("1")["Cycle Length"]) == (1, 88)
    for row in utdf.phases("1").values():
        assert (row["MinGreen"], row["MaxGreen"], row["VehExt"], row["Recall"]) == (5, 41, 2.4, 0)
    tables = read_tables(_exported(net, plans, "gmns", tmp_path).parent)
    told = [(row["min_green"], row["max_green"], row["extension"]) for row in tables["signal_timing_phase"]]
    assert told == [("5", "41", "2.4")] * 2
    assert tables["signal_coordination"] == []
    assert _objects(_exported(net, plans, "ntcip", tmp_path))["systemPatternControl", "0"] == 254
    with pytest.raises(SignalPlanError, match="actuated control times the greens by traffic"):
        _exported(net, plans, "vissig", tmp_path)


def test_what_has_no_fixed_order_or_time_is_refused(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    (plan,) = read_plans(net)
    nema = PlanSet((replace(plan, control=Control.NEMA),))
    first, *rest = plan.intervals
    jumping = PlanSet((replace(plan, intervals=(replace(first, extras=(("next", "2"),)), *rest)),))
    for format in ("utdf", "gmns", "ntcip", "vissig"):
        with pytest.raises(SignalPlanError, match="nema control"):
            _exported(net, nema, format, tmp_path)
        with pytest.raises(SignalPlanError, match="name their successors"):
            _exported(net, jumping, format, tmp_path)


def test_ids_that_no_reader_would_give_back_are_refused(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    (plan,) = read_plans(net)
    for name in ("p\n2", "p\x00"):
        for format in ("gmns", "ntcip"):
            with pytest.raises(SignalPlanError, match=r"the id of the programme, 'p\\.*', has control characters"):
                _exported(net, PlanSet((replace(plan, program_id=name),)), format, tmp_path)
    _exported(net, PlanSet((replace(plan, program_id='"p", =2'),)), "gmns", tmp_path)
