from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.gmnsplans import read_gmns_plans
from tests import gmnssignals
from tests.gmnssignals import FILES, written

PROTECTIONS = "use one of protected, permitted, rtor"


def faults(folder: Path, plan: str = "") -> list[str]:
    with pytest.raises(SignalPlanError) as told:
        read_gmns_plans(folder, plan)
    return [str(fault).removeprefix(f"{folder}/") for fault in told.value.faults]


def test_rings_coordination_and_protection(tmp_path: Path) -> None:
    (record,) = read_gmns_plans(written(tmp_path)).records
    assert (record.controller, record.program, record.cycle_s, record.name) == ("c1", "am", 80, "Hijaz")
    assert record.place == (33.5106, 36.2923)
    assert record.offset_s == (50 - (12 + 33)) % 80
    times = {one.id: (one.start_s, one.green_s, one.yellow_s, one.all_red_s, one.ring) for one in record.phases}
    assert times == {
        "p1": (0, 8, 3, 1, 1),
        "p2": (12, 33, 3.5, 1.5, 1),
        "p4": (50, 25, 3, 2, 1),
        "p6": (0, 45, 3.5, 1.5, 2),
    }
    released = {one.id: {each.movement.text: each.shown for each in one.releases} for one in record.phases}
    assert released == {
        "p1": {"WBL": Aspect.GREEN},
        "p2": {"EBT": Aspect.GREEN},
        "p4": {"NBL": Aspect.GREEN, "NBR": Aspect.PERMITTED},
        "p6": {"WBT": Aspect.GREEN, "WBL": Aspect.PERMITTED},
    }
    assert [one.text for one in record.on_red] == ["NBR"]
    assert [one.text for one in record.free] == ["EBR"]
    assert record.phases[1].least_green_s == 18


def test_undirected_links_are_named_by_the_way_they_run(tmp_path: Path) -> None:
    (record,) = read_gmns_plans(written(tmp_path)).records
    left = record.phases[0].releases[0].movement
    assert (left.from_link, left.to_link, left.turn) == ("-e", "-s", Turn.LEFT)
    east = record.phases[1].releases[0].movement
    assert (east.from_link, east.to_link) == ("w", "e")


@pytest.mark.parametrize(
    ("clearance", "yellow", "all_red"), [("5", 4, 1), ("4", 3, 1), ("3.5", 3, 0.5), ("2", 2, 0), ("9", 6, 3)]
)
def test_a_clearance_that_is_not_parted(tmp_path: Path, clearance: str, yellow: float, all_red: float) -> None:
    phases = (
        "timing_phase_id,timing_plan_id,signal_phase_num,min_green,clearance,ring,barrier,position\n"
        f"p1,am,1,30,{clearance},1,1,1\n"
    )
    plans = "timing_plan_id,controller_id\nam,c1\n"
    mvmts = "signal_phase_mvmt_id,timing_phase_id,mvmt_id\n1,p1,et\n"
    folder = written(tmp_path, signal_timing_phase=phases, signal_timing_plan=plans, signal_phase_mvmt=mvmts)
    (record,) = read_gmns_plans(folder).records
    assert (record.phases[0].yellow_s, record.phases[0].all_red_s) == (yellow, all_red)
    assert any("do not part yellow from all-red" in note for note in record.notes)
    assert "no cycle is stated; that of the phases is taken." in record.notes


def test_longest_greens_where_the_shortest_do_not_fill_the_cycle(tmp_path: Path) -> None:
    phases = (
        FILES["signal_timing_phase.csv"]
        .replace("p2,am,2,33,,5", "p2,am,2,10,33,5")
        .replace("p6,am,6,45,,5", "p6,am,6,10,45,5")
    )
    (record,) = read_gmns_plans(written(tmp_path, signal_timing_phase=phases)).records
    assert [one.green_s for one in record.phases] == [8, 33, 25, 45]
    assert "the greens are `max_green`, which fill the cycle; `min_green` do not." in record.notes


def test_a_plan_that_does_not_fit_is_named(tmp_path: Path) -> None:
    phases = FILES["signal_timing_phase.csv"].replace("p6,am,6,45", "p6,am,6,40")
    source = read_gmns_plans(written(tmp_path, signal_timing_phase=phases))
    assert source.records == ()
    assert source.notes == (
        (
            "Timing plan am of controller c1 was not used: rings do not reach the end of barrier 1 together: "
            "ring 1 takes 50 s, ring 2 takes 45 s."
        ),
    )


def test_several_plans_are_chosen_by_id_or_time(tmp_path: Path) -> None:
    plans = FILES["signal_timing_plan.csv"] + "pm,c1,01111100_1500_1800,80\n"
    phases = FILES["signal_timing_phase.csv"] + "q1,pm,2,75,,5,3,2,,,1,1,1\n"
    folder = written(tmp_path, signal_timing_plan=plans, signal_timing_phase=phases)
    assert [one.program for one in read_gmns_plans(folder, "01111100_1500_1800").records] == ["pm"]
    (told,) = faults(folder)
    assert told == (
        "signal_timing_plan.csv: `timing_plan_id`: controllers have several plans: c1 — choose one with --plan, "
        "by its id or time: am 01111100_0700_0900, pm 01111100_1500_1800"
    )
    assert "there is no plan 'night'" in faults(folder, "night")[0]


def test_every_fault_is_told(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        signal_timing_phase=(
            "timing_phase_id,timing_plan_id,signal_phase_num,min_green,clearance,opt_yellow,opt_all_red,ring,barrier,position\n"
            "p1,am,1,eight,5,3,2,1,1,1\np1,pm,2,20,5,3,1,,1,2\n"
        ),
        signal_phase_mvmt="signal_phase_mvmt_id,timing_phase_id,mvmt_id,protection\n1,p9,et,protected\n2,p1,zz,maybe\n3,p1,,\n",
    )
    assert faults(folder) == [
        "signal_timing_phase.csv:2: `min_green`: 'eight' is not a number",
        "signal_timing_phase.csv:3: `clearance`: 5 s is not opt_yellow and opt_all_red, 3 and 1 s",
        "signal_timing_phase.csv:3: `ring`: '' is not a whole number",
        "signal_phase_mvmt.csv:3: `protection`: 'maybe' is unknown — " + PROTECTIONS,
        "signal_phase_mvmt.csv:4: `mvmt_id`: neither a movement nor a link is named",
        "signal_timing_phase.csv: `timing_phase_id`: the id 'p1' stands twice — give each row an id of its own",
        "signal_timing_phase.csv:3: `timing_plan_id`: there is no timing plan 'pm' — add it to signal_timing_plan.csv",
        "signal_phase_mvmt.csv:2: `timing_phase_id`: there is no timing phase 'p9' — add it to signal_timing_phase.csv",
        "signal_phase_mvmt.csv:3: `mvmt_id`: there is no movement 'zz' — add it to movement.csv",
    ]
    assert "there is no movement.csv" in faults(gmnssignals.written(tmp_path, movement=""))[0]


def test_coordinations_that_no_plan_would_use_are_told(tmp_path: Path) -> None:
    table = "signal_coordination.csv"
    rows = FILES[table] + "2,am,c1,2,begin_of_green,10\n3,pm,c1,2,begin_of_green,10\n4,am,c9,2,begin_of_green,10\n"
    told = faults(written(tmp_path, signal_coordination=rows))
    assert [line.partition(": ")[2] for line in told if table in line] == [
        "`timing_plan_id`: the timing plan 'am' of controller 'c1' is coordinated twice — keep one of the two rows",
        "`timing_plan_id`: controller 'c1' has no timing plan 'pm' — add it to signal_timing_plan.csv",
        "`timing_plan_id`: controller 'c9' has no timing plan 'am' — add it to signal_timing_plan.csv",
    ]
