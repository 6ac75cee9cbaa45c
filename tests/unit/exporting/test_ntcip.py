"""NTCIP 1202 parameters: the identifiers of the standard, its steps and ranges, and refusals instead of rounding."""

import csv
import dataclasses
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.ntcip.table import write_ntcip
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalPlan

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED
_BASE = "1.3.6.1.4.1.1206.4.2.1"


def _rows(plan: SignalPlan, crossing: Intersection, folder: Path) -> dict[str, dict[str, str]]:
    handover = Handover("s", PlanSet((plan,)), {plan.controller_id: crossing})
    (file,) = write_ntcip(handover, folder / "s").files
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {row["object"].removeprefix(f"{_BASE}."): row for row in rows}
    assert len(found) == len(rows), "every object once"
    return found


def _timed(plan: SignalPlan, *lengths: float) -> SignalPlan:
    intervals = (
        dataclasses.replace(each, duration_s=length) for each, length in zip(plan.intervals, lengths, strict=True)
    )
    return dataclasses.replace(plan, intervals=tuple(intervals))


def test_a_known_plan_has_the_objects_of_the_standard(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    rows = _rows(plan, crossing, tmp_path)
    assert {place: (row["name"], row["value"], row["unit"]) for place, row in rows.items()} == {
        "1.2.1.2.1": ("phaseWalk", "0", "s"),
        "1.2.1.3.1": ("phasePedestrianClear", "0", "s"),
        "1.2.1.4.1": ("phaseMinimumGreen", "5", "s"),
        "1.2.1.5.1": ("phasePassage", "0", "0.1 s"),
        "1.2.1.6.1": ("phaseMaximum1", "30", "s"),
        "1.2.1.8.1": ("phaseYellowChange", "30", "0.1 s"),
        "1.2.1.9.1": ("phaseRedClear", "20", "0.1 s"),
        "1.2.1.22.1": ("phaseRing", "1", ""),
        "1.2.1.23.1": ("phaseConcurrency", "", "phase numbers, one octet each"),
        "1.2.1.2.2": ("phaseWalk", "0", "s"),
        "1.2.1.3.2": ("phasePedestrianClear", "0", "s"),
        "1.2.1.4.2": ("phaseMinimumGreen", "5", "s"),
        "1.2.1.5.2": ("phasePassage", "0", "0.1 s"),
        "1.2.1.6.2": ("phaseMaximum1", "20", "s"),
        "1.2.1.8.2": ("phaseYellowChange", "30", "0.1 s"),
        "1.2.1.9.2": ("phaseRedClear", "20", "0.1 s"),
        "1.2.1.22.2": ("phaseRing", "1", ""),
        "1.2.1.23.2": ("phaseConcurrency", "", "phase numbers, one octet each"),
        "7.3.1.3.1.1": ("sequenceData", "01 02", "phase numbers, one octet each"),
        "4.14.0": ("systemPatternControl", "1", ""),
        "4.7.1.2.1": ("patternCycleTime", "60", "s"),
        "4.7.1.3.1": ("patternOffsetTime", "47", "s"),
        "4.7.1.4.1": ("patternSplitNumber", "1", ""),
        "4.7.1.5.1": ("patternSequenceNumber", "1", ""),
        "4.9.1.3.1.1": ("splitTime", "35", "s"),
        "4.9.1.4.1.1": ("splitMode", "4", ""),
        "4.9.1.5.1.1": ("splitCoordPhase", "1", ""),
        "4.9.1.3.1.2": ("splitTime", "25", "s"),
        "4.9.1.4.1.2": ("splitMode", "4", ""),
        "4.9.1.5.1.2": ("splitCoordPhase", "0", ""),
    }
    assert rows["1.2.1.4.1"]["serves"].startswith("main (")
    assert rows["4.9.1.3.1.1"]["tmdd"] == "phase-split"


def test_every_value_lies_within_its_range(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    for row in _rows(plan, crossing, tmp_path).values():
        if ".." in row["range"]:
            low, high = map(int, row["range"].split(".."))
            assert low <= int(row["value"]) <= high
        else:
            assert all(len(octet) == 2 and int(octet, 16) < 256 for octet in row["value"].split())


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ((10, 3, 2, 20.5, 3, 2, 20), r"the split of phase 2 is 25.5 s; the format counts it in steps of 1 s"),
        ((10, 3.25, 1.75, 20, 3, 2, 20), r"the yellow of phase 1 is 3.25 s; the format counts it in steps of 0.1 s"),
        ((10, 3, 2, 200, 3, 2, 100), r"the cycle is 320 s; NTCIP 1202 holds 30 to 255 s"),
        ((2, 3, 2, 5, 3, 2, 3), r"the cycle is 20 s"),
        ((10, 26, 2, 20, 3, 2, 20), r"the yellow of phase 1 is 26 s; NTCIP 1202 holds up to 25.5 s"),
    ],
)
def test_what_the_standard_cannot_hold_is_refused_not_rounded(
    lengths: tuple[float, ...], message: str, plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    with pytest.raises(SignalPlanError, match=message):
        _rows(_timed(plan, *lengths), crossing, tmp_path)
    assert not list(tmp_path.iterdir())


def test_yellow_and_red_in_tenths_are_held_where_splits_are_whole(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    rows = _rows(_timed(plan, 10, 3.6, 1.4, 20, 4.1, 0.9, 20), crossing, tmp_path)
    assert [rows[f"1.2.1.{column}.1"]["value"] for column in (8, 9)] == ["36", "14"]
    assert [rows[f"4.9.1.3.1.{phase}"]["value"] for phase in (1, 2)] == ["35", "25"]


def test_an_offset_between_seconds_is_refused(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match=r"the offset is 7.5 s"):
        _rows(dataclasses.replace(plan, offset_s=7.5), crossing, tmp_path)


@pytest.mark.parametrize("offset_s", [20.0, 19.9995, -40.0, 80.0])
def test_an_offset_is_never_the_cycle(
    offset_s: float, plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    """A controller runs free where its offset is not less than its cycle (1202v0328, patternOffsetTime)."""
    rows = _rows(dataclasses.replace(plan, offset_s=offset_s), crossing, tmp_path)
    assert rows["4.7.1.3.1"]["value"] == "0", "the coordinated green begins 40 s after the cycle"


def test_greens_that_traffic_ends_run_free(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    intervals = (
        Interval(30.0, (G, R), 6.0, 40.0),
        Interval(3.0, (Y, R)),
        Interval(2.0, (R, R)),
        Interval(20.0, (R, P), 5.0, 25.0),
        Interval(3.0, (R, Y)),
        Interval(2.0, (R, R)),
    )
    parameters = (("max-gap", "2.4"),)
    actuated = dataclasses.replace(plan, control=Control.ACTUATED, intervals=intervals, parameters=parameters)
    rows = _rows(actuated, crossing, tmp_path)
    assert rows["4.14.0"]["value"] == "254"
    assert [rows[f"1.2.1.{column}.1"]["value"] for column in (4, 5, 6)] == ["6", "24", "40"]
    assert not [place for place in rows if place.startswith(("4.7", "4.9"))]


def test_traffic_may_not_end_greens_later_than_the_plan_says(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    intervals = (Interval(30.4, (G, R), 6.0, 40.4), Interval(3.6, (Y, R)), Interval(20.0, (R, P), 5.0, 25.0))
    actuated = dataclasses.replace(
        plan, control=Control.ACTUATED, intervals=(*intervals, Interval(3.0, (R, Y))), parameters=(("max-gap", "2.45"),)
    )
    with pytest.raises(SignalPlanError) as caught:
        _rows(actuated, crossing, tmp_path)
    assert "the longest green of phase 1 is 40.4 s" in str(caught.value)
    assert "the gap is 2.45 s" in str(caught.value)


def test_short_yellows_are_told(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    handover = Handover("s", PlanSet((_timed(plan, 10, 2.9, 2.1, 20, 3, 2, 20),)), {plan.controller_id: crossing})
    assert write_ntcip(handover, tmp_path / "s").remarks == (
        "ntcip: C[1]:*?: less than 3 s of yellow, as NEMA TS 2 asks, in phases 1",
    )
