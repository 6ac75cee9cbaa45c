"""VISSIG files: what they hold, and what they refuse."""

import dataclasses
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.vissig.file import write_vissig
from congestion_lab.signals.certification.certifying import certificate
from congestion_lab.signals.intersection import ConflictDistance, Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalPlan
from tests.sigfile import read_sig

G, Y, R, U = Aspect.GREEN, Aspect.YELLOW, Aspect.RED, Aspect.RED_YELLOW


def _written(plan: SignalPlan, crossing: Intersection, folder: Path) -> tuple[list[Path], tuple[str, ...]]:
    written = write_vissig(Handover("s", PlanSet((plan,)), {plan.controller_id: crossing}), folder / "s")
    return list(written.files), written.remarks


def _with(plan: SignalPlan, *steps: tuple[float, tuple[Aspect, Aspect]]) -> SignalPlan:
    return dataclasses.replace(plan, intervals=tuple(Interval(*step) for step in steps))


def test_a_known_plan_is_written_as_a_vissig_user_would_enter_it(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    (file,), remarks = _written(plan, crossing, tmp_path)
    sig = read_sig(file)
    assert (sig.cycle, sig.offset) == (60_000, 7_000)
    assert sig.commands["main"] == [(13_000, 1), (40_000, 3)]
    assert sig.commands["=side"] == [(15_000, 3), (38_000, 1)]
    assert sig.fixed == {"main": {4: 3_000}, "=side": {4: 3_000}}
    assert sig.intergreens["Left by the programme"] == {("main", "=side"): 5_000, ("=side", "main"): 5_000}
    assert sig.stages == [{"main"}, {"=side"}]
    assert remarks == (
        "vissig: permitted green is written as green; VISSIG leaves giving way to the roads (signal groups: 1)",
    )


def test_red_and_amber_lies_before_green(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    european = _with(
        plan, (20, (G, R)), (3, (Y, R)), (1, (R, R)), (1, (R, U)), (15, (R, G)), (3, (R, Y)), (1, (R, R)), (1, (U, R))
    )
    (file,), _ = _written(european, crossing, tmp_path)
    sig = read_sig(file)
    assert sig.commands["=side"] == [(25_000, 3), (43_000, 1)]
    assert sig.fixed["=side"] == {2: 1_000, 4: 3_000}
    assert [sig.shown("main", 7_000 + at) for at in (0, 20_000, 23_000, 44_000)] == [
        "green",
        "yellow",
        "red",
        "red_yellow",
    ]


def test_what_no_signal_sequence_shows_is_refused(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    backwards = _with(plan, (20, (G, R)), (3, (U, R)), (15, (R, G)), (3, (R, Y)))
    with pytest.raises(SignalPlanError, match="group main: red and yellow follows green"):
        _written(backwards, crossing, tmp_path)
    flicker = _with(plan, (20, (G, R)), (4, (Y, R)), (2, (G, R)), (3, (R, R)), (15, (R, G)), (3, (R, Y)))
    with pytest.raises(SignalPlanError, match="group main: a green is too short"):
        _written(flicker, crossing, tmp_path)
    dark = _with(plan, (20, (G, R)), (3, (Y, R)), (15, (R, Aspect.DARK)))
    with pytest.raises(SignalPlanError, match="group =side shows dark"):
        _written(dark, crossing, tmp_path)
    assert not list(tmp_path.iterdir())


def test_plans_that_traffic_times_are_refused(plan: SignalPlan, crossing: Intersection, tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match="actuated control"):
        _written(dataclasses.replace(plan, control=Control.ACTUATED), crossing, tmp_path)


def test_controllers_whose_names_look_alike_in_a_file_system_keep_apart(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    other = dataclasses.replace(plan, controller_id="C?1?-*:")
    sites = {plan.controller_id: crossing, other.controller_id: crossing}
    ordered = PlanSet(tuple(sorted((plan, other), key=lambda one: one.controller_id)))
    files = write_vissig(Handover("s", ordered, sites), tmp_path / "s").files
    assert len(set(files)) == 2
    assert all(path.is_file() for path in files)


def test_yellow_of_several_lengths_becomes_the_longest_and_costs_green_alone(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    uneven = _with(plan, (20, (G, R)), (3, (Y, R)), (5, (R, R)), (9, (G, R)), (4, (Y, R)), (9, (R, G)), (3, (R, Y)))
    (file,), remarks = _written(uneven, crossing, tmp_path)
    shown = read_sig(file).shown
    colours = [shown("main", 7_000 + 500 + 1000 * second) for second in range(53)]
    assert colours == ["green"] * 19 + ["yellow"] * 4 + ["red"] * 5 + ["green"] * 9 + ["yellow"] * 4 + ["red"] * 12
    assert any("greens are up to a few seconds shorter" in remark for remark in remarks)


def test_yellow_that_turns_green_again_shows_red_between(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    again = _with(plan, (20, (G, R)), (3, (Y, R)), (15, (G, R)), (3, (Y, R)), (2, (R, R)), (15, (R, G)), (3, (R, Y)))
    (file,), _ = _written(again, crossing, tmp_path)
    shown = read_sig(file).shown
    colours = [shown("main", 7_000 + 500 + 1000 * second) for second in range(61)]
    expected = ["green"] * 20 + ["yellow"] * 3 + ["red"] + ["green"] * 14 + ["yellow"] * 3 + ["red"] * 20
    assert colours == expected


def test_what_clearing_needs_is_what_certificates_ask_for_however_long(
    plan: SignalPlan, crossing: Intersection, tmp_path: Path
) -> None:
    ways = (ConflictDistance(0, 1, 130.0, 12.0), ConflictDistance(1, 0, 20.0, 12.0))
    site = dataclasses.replace(crossing, distances=ways)
    asked = {(each.clearing, each.entering): each.required_s for each in certificate(plan, site).separations}
    (file,), _ = _written(plan, site, tmp_path)
    needed = read_sig(file).intergreens["Needed to clear"]
    assert needed["main", "=side"] > 10_000  # more than yellow and 6 s of red
    for pair, time_ms in needed.items():
        assert 0 <= time_ms - 1000 * asked[pair] + 50 < 100, pair
