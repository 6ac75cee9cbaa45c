from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.core.utdffile import is_utdf
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.planrecords import PlanRecord, PlanSource
from congestion_lab.signals.present.utdfplans import read_utdf_plans
from tests import utdftown as utdf


def read(folder: Path, content: str | None = None) -> PlanSource:
    return read_utdf_plans(utdf.written(folder, content))


def record(source: PlanSource, node: str) -> PlanRecord:
    return next(one for one in source.records if one.controller == node)


def faults(folder: Path, content: str) -> list[str]:
    path = utdf.written(folder, content)
    with pytest.raises(SignalPlanError) as told:
        read_utdf_plans(path)
    return [str(fault).removeprefix(f"{path}:") for fault in told.value.faults]


def test_times_come_from_start_and_end(tmp_path: Path) -> None:
    first = record(read(tmp_path), "2")
    assert (first.cycle_s, first.offset_s, first.name) == (90, 55, "First and Main")
    starts = {one.id: (one.start_s, one.green_s, one.ring) for one in first.phases}
    assert starts == {
        "1": (0, 8, 1),
        "2": (12, 40, 1),
        "4": (57, 27, 1),
        "5": (0, 12, 2),
        "6": (16, 36, 2),
        "8": (57, 27, 2),
    }
    assert [(one.walk_s, one.ped_clearance_s, one.min_green_s) for one in first.phases if one.id == "4"] == [(7, 14, 5)]


def test_movements_are_protected_permitted_lent_and_on_red(tmp_path: Path) -> None:
    first = record(read(tmp_path), "2")
    released = {one.id: {each.movement.text: each.shown for each in one.releases} for one in first.phases}
    green, permitted = Aspect.GREEN, Aspect.PERMITTED
    assert released == {
        "1": {"WBL": green},
        "2": {"EBL": permitted, "EBT": green, "EBR": permitted},
        "4": {"SBL": permitted, "SBT": green, "SBR": None},
        "5": {"EBL": green},
        "6": {"WBT": green, "WBR": None},
        "8": {"NBL": permitted, "NBT": green, "NBR": None},
    }
    assert [one.text for one in first.on_red] == ["EBR"]
    left = first.phases[3].releases[0].movement
    assert (left.turn, left.from_nodes, left.to_nodes, left.heading_deg) == (Turn.LEFT, {"1"}, {"5"}, 90)


@pytest.mark.parametrize(
    ("referenced_to", "offset"),
    [(3, 67), (0, 71), (1, 67 + 40), (2, 67 + 45)],  # first green, last green, yield, end of phases 2 and 6
)
def test_without_start_and_end_rings_and_offset_say_the_same(tmp_path: Path, referenced_to: int, offset: int) -> None:
    plans = {**utdf.PLANS, "2": {**utdf.PLANS["2"], "Referenced To": referenced_to, "Offset": offset % 90}}
    assert record(read(tmp_path, utdf.text(plans=plans)), "2").notes == ("right turns on red after a stop: EBR.",), (
        "Start and End agree with the offset"
    )
    clocked = record(read(tmp_path, utdf.text(plans=plans)), "2")
    assert record(read(tmp_path, utdf.text(plans=plans, clock=False)), "2") == clocked


def test_what_does_not_agree_is_told(tmp_path: Path) -> None:
    plans = {**utdf.PLANS, "2": {**utdf.PLANS["2"], "Offset": 44}}
    assert record(read(tmp_path, utdf.text(plans=plans)), "2").notes[:1] == (
        "its Offset is 44 s, but Start and End put what it refers to at 17 s; Start and End hold.",
    )
    third = record(read(tmp_path), "3")
    assert third.notes == ("the controller is actuated-coordinated; the plan runs its splits as fixed times.",)


def test_one_controller_of_two_nodes(tmp_path: Path) -> None:
    plans = {"2": {**utdf.PLANS["2"], "Node 1": 3}}
    source = read(tmp_path, utdf.text(plans=plans, phases={"2": utdf.PHASES["2"]}))
    (one,) = source.records
    ends = {
        (each.movement.text, *sorted(each.movement.from_nodes)[:1]) for phase in one.phases for each in phase.releases
    }
    assert {("EBT", "1"), ("EBT", "2"), ("NBL", "6"), ("NBL", "7")} <= ends


def test_an_intersection_that_does_not_fit_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    phases = {**utdf.PHASES, "2": {**utdf.PHASES["2"], 6: (122, 40, 3.5, 1.5, 7, 11, 71)}}
    source = read(tmp_path, utdf.text(phases=phases, clock=False))
    assert [one.controller for one in source.records] == ["3"]
    assert source.notes == (
        (
            "Intersection 2 was not used: rings do not reach the end of barrier 1 together: "
            "ring 1 takes 57 s, ring 2 takes 61 s."
        ),
    )
    without_brp = "\n".join(line for line in utdf.text().splitlines() if not line.startswith("BRP,2"))
    assert read(tmp_path, without_brp).notes == (
        "Intersection 2 was not used: phase 1 has times and no BRP, so no ring.",
    )
    plans = {node: {**plan, "Cycle Length": 100} for node, plan in utdf.PLANS.items()}
    told = read(tmp_path, utdf.text(plans=plans, clock=False)).notes
    assert told[0] == "Intersection 2 was not used: the splits of its rings add up to 90 s, its cycle is 100 s."
    no_plan = {node: plan for node, plan in utdf.PLANS.items() if node != "3"}
    assert read(tmp_path, utdf.text(plans=no_plan)).notes == ("Intersection 3 was not used: it has no timing plan.",)


def test_movements_without_a_phase_are_free_and_phases_without_times_are_told(tmp_path: Path) -> None:
    lanes = {**utdf.LANES, "3": {**utdf.LANES["3"]}}
    lanes["3"]["NBR"] = {**lanes["3"]["NBR"], "PermPhase1": ""}
    lanes["3"]["WBL"] = {**lanes["3"]["WBL"], "Phase1": 7}
    third = record(read(tmp_path, utdf.text(lanes=lanes)), "3")
    assert [one.text for one in third.free] == ["NBR"]
    assert "movements by phases without times: WBL by phase 7." in third.notes
    assert "movements without a phase, so that no signal holds them: NBR." in third.notes
    assert "phases that release no movement: 1." in third.notes


def test_bad_cells_are_told_with_line_record_and_column(tmp_path: Path) -> None:
    content = (
        utdf.text().replace("Cycle Length,2,90", "Cycle Length,2,ninety").replace("AllRed,3,1,1.5", "AllRed,3,x,1.5")
    )
    lines = content.splitlines()
    cycle = next(number for number, line in enumerate(lines, 1) if line.startswith("Cycle Length,2"))
    red = next(number for number, line in enumerate(lines, 1) if line.startswith("AllRed,3"))
    assert faults(tmp_path, content) == [
        f"{cycle}: `2 cycle length`: 'ninety' is no number — mend the cell",
        f"{red}: `3 D1 allred`: 'x' is no number — mend the cell",
    ]


def test_files_that_are_no_plans(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, utdf.text().split("[Timeplans]")[0])
    assert "there is no section [Timeplans], [Phases], so nothing tells the timings" in told
    whole = utdf.text()
    assert any(
        "[Phases] has no line of column names" in one
        for one in faults(tmp_path, whole[: whole.index("RECORDNAME,INTID,D1")])
    )
    assert any("stands twice" in one for one in faults(tmp_path, whole + whole[whole.index("[Phases]") :]))
    assert is_utdf(utdf.written(tmp_path))
    assert is_utdf(utdf.written(tmp_path, "\ufeff[Timeplans],,\nx\n"))
    assert not is_utdf(utdf.written(tmp_path, "controller,phase\n"))
    assert not is_utdf(tmp_path / "nowhere.csv")


def test_movements_to_one_node_are_parts_of_one(tmp_path: Path) -> None:
    lanes = {**utdf.LANES, "3": {**utdf.LANES["3"]}}
    lanes["3"]["NBR2"] = {**lanes["3"]["NBR"], "Lanes": 2, "PermPhase1": "", "Phase1": 1}
    third = record(read(tmp_path, utdf.text(lanes=lanes)), "3")
    parts = {each.movement.text: each.movement.part for one in third.phases for each in one.releases}
    assert (parts["NBR"], parts["NBR2"], parts["NBL"]) == ((3, 3, 3), (1, 2, 3), None)


def test_a_movement_that_the_signal_never_stops(tmp_path: Path) -> None:
    lanes = {**utdf.LANES, "2": {**utdf.LANES["2"]}}
    lanes["2"]["WBR"] = {**lanes["2"]["WBR"], "Phase1": -1}
    second = record(read(tmp_path, utdf.text(lanes=lanes)), "2")
    assert [one.text for one in second.free] == ["WBR"], "not with the lane that it shares"
