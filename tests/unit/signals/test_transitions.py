"""Switches between plans of which each is safe: what neither may do for itself, no switch may do either."""

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.certification.certifying import certificate
from congestion_lab.signals.intersection import ConflictDistance, Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.rules import ERROR, WARNING, Breach
from congestion_lab.signals.schedules.transitions import breaches_at

_LETTERS = {"G": Aspect.GREEN, "g": Aspect.PERMITTED, "y": Aspect.YELLOW, "r": Aspect.RED}
_SPEED_MPS = 13.89
_LEAVING_S = 1 + _SPEED_MPS / 6.1 + (20 + 6.1) / _SPEED_MPS  # yellow, and red for who enters without a way before it


def _site(clearing_m: float = 20.0) -> Intersection:
    """Return a street with traffic both ways, of which one also turns left, and a side street."""
    ways = (("w", "e", Turn.STRAIGHT), ("e", "w", Turn.STRAIGHT), ("e", "s", Turn.LEFT), ("s", "n", Turn.STRAIGHT))
    return Intersection(
        controller_id="c",
        name="c",
        name_ar="",
        heads=tuple(SignalHead(n, start, 0, end, turn, _SPEED_MPS, 20.0) for n, (start, end, turn) in enumerate(ways)),
        conflicts=frozenset({(0, 2), (0, 3), (1, 3), (2, 3)}),
        yields=frozenset({(2, 0)}),
        distances=(ConflictDistance(0, 2, clearing_m, 12.0), ConflictDistance(2, 0, clearing_m, 12.0)),
    )


def _plan(*intervals: tuple[float, str]) -> SignalPlan:
    groups = tuple(SignalGroup(str(head), (head,)) for head in range(4))
    ring = tuple(Interval(length, tuple(_LETTERS[letter] for letter in state)) for length, state in intervals)
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, ring)


_SIDE = ((10, "rrrG"), (4, "rrry"), (3, "rrrr"))
TOGETHER = _plan((20, "GGgr"), (4, "yyyr"), (3, "rrrr"), *_SIDE)  # the left turn beside the oncoming traffic
ALONE = _plan((20, "GGrr"), (4, "yGrr"), (2, "rGrr"), (10, "rGGr"), (4, "ryyr"), (3, "rrrr"), *_SIDE)  # and after it
_STREET_BEGINS, _STREET_ENDS = 0.0, 20.0
_LEFT_BEGINS, _LEFT_RUNS, _LEFT_ENDS = 26.0, 31.0, 36.0


def _found(old: tuple[SignalPlan, float], new: tuple[SignalPlan, float], site: Intersection) -> dict[str, Breach]:
    breaches = breaches_at(old[0], new[0], site, leaves_s=old[1], begins_s=new[1])
    return {f"{breach.rule} {' '.join(breach.groups)}": breach for breach in breaches}


def test_both_plans_leave_the_times_that_their_own_greens_need() -> None:
    for plan in (TOGETHER, ALONE):
        assert not [each for each in certificate(plan, _site()).open if each.rule in {"intergreen", "yellow"}]


def test_a_left_turn_that_loses_its_protection_at_the_switch_clears_before_oncoming_traffic() -> None:
    found = _found((ALONE, _LEFT_RUNS), (TOGETHER, _STREET_BEGINS), _site())
    breach = found["intergreen 2 0"]
    assert breach.severity == ERROR
    assert breach.message.startswith("0 s from head 2 to head 0 across the switch")


def test_a_left_turn_that_waited_in_the_junction_gets_no_credit_for_its_way_there() -> None:
    cut = _plan((20, "GGgr"), (4, "yGgr"), (0.5, "rGgr"), (10, "rGGr"), (4, "ryyr"), (3, "rrrr"), *_SIDE)
    waiting = _found((cut, 24.5), (ALONE, _LEFT_BEGINS), _site())["intergreen 0 2"]
    assert waiting.message == f"4.5 s from head 0 to head 2 across the switch; {_LEAVING_S:.1f} s are needed"
    held = _plan(*((length, state.replace("g", "r")) for length, state in ((20, "GGgr"), (4, "yGgr"), (0.5, "rGgr"))))
    assert "intergreen 0 2" not in _found((held, 24.5), (ALONE, _LEFT_BEGINS), _site())


def test_a_left_turn_that_loses_its_green_while_oncoming_traffic_goes_on_is_trapped() -> None:
    over = _plan((20, "GGgr"), (4, "GGyr"), (2, "GGrr"), (8, "GGrr"), (4, "yyrr"), (3, "rrrr"), *_SIDE)
    breach = _found((TOGETHER, 10.0), (over, 20.0), _site())["yellow-trap 2 0"]
    assert breach.severity == WARNING
    assert not _found((TOGETHER, _STREET_ENDS), (TOGETHER, _STREET_ENDS), _site())


def test_a_yellow_that_both_plans_show_may_be_too_long() -> None:
    found = _found((TOGETHER, 23.5), (TOGETHER, _STREET_ENDS), _site())
    assert found["yellow-too-long 0"].message == "head 0 shows 7.5 s of yellow across the switch; never more than 6 s"


def test_a_way_too_long_for_an_all_red_gets_no_less_at_a_switch_than_the_plans_leave() -> None:
    plan = _plan((20, "GGrr"), (4, "yGrr"), (6, "rGrr"), (10, "rGGr"), (4, "ryyr"), (3, "rrrr"), *_SIDE)
    longer = _plan((20, "GGrr"), (4, "yGrr"), (8, "rGrr"), (10, "rGGr"), (4, "ryyr"), (3, "rrrr"), *_SIDE)
    far = _site(150.0)
    assert "intergreen" in {each.rule for each in certificate(longer, far).open}  # 13.7 s are needed
    assert "intergreen 0 2" not in _found((plan, 27.0), (plan, 27.0), far)  # as the plan itself
    assert "intergreen 0 2" not in _found((plan, 27.0), (longer, 27.0), far)
    assert _found((longer, 30.0), (longer, 31.0), far)["intergreen 0 2"].severity == WARNING
