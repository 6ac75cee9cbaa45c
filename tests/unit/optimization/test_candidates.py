"""Plans that formulas give, with values worked out by hand."""

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.network.model import Lane, Link, Network
from congestion_lab.optimization.search.candidates import LEFT_TO_TRAFFIC, analytic_entrants, of_every_control
from congestion_lab.optimization.search.progression import coordinated, joints
from congestion_lab.optimization.search.race import Entrant
from congestion_lab.optimization.space.space import decision_space, greens_s
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.performance.streams import Flows
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.safety.variants import variants

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


def plan(controller: str, first_s: float = 20.0, second_s: float = 54.0, offset_s: float = 0.0) -> SignalPlan:
    """Avenue, then side street; 3 s of yellow after each."""
    rows = ((first_s, (G, R)), (3.0, (Y, R)), (second_s, (R, G)), (3.0, (R, Y)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    groups = (SignalGroup("avenue", (0,)), SignalGroup("side", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, offset_s, groups, intervals)


def site(controller: str, inbound: str, outbound: str) -> Intersection:
    heads = (
        SignalHead(0, inbound, 0, outbound, Turn.STRAIGHT, 12.5, 20.0),
        SignalHead(1, f"s-{controller}", 0, f"n-{controller}", Turn.STRAIGHT, 12.5, 20.0),
    )
    return Intersection(controller, controller, "", heads, frozenset({(0, 1)}), frozenset())


def link(name: str, length_m: float) -> Link:
    return Link(
        name, f"{name}-from", f"{name}-to", (Lane(f"{name}_0", length_m, 12.5, 3.2),), ((0.0, 0.0), (length_m, 0.0))
    )


# An avenue w1, w2, w3 through the intersections x and y, 250 m and so 20 s apart, and a side street at each.
SITES = (site("x", "w1", "w2"), site("y", "w2", "w3"))
NETWORK = Network({}, {name: link(name, 250.0) for name in ("w1", "w2", "w3", "s-x", "n-x", "s-y", "n-y")}, ())
FLOWS = {("w1", "w2"): 900.0, ("w2", "w3"): 900.0, ("s-x", "n-x"): 360.0, ("s-y", "n-y"): 360.0}
PRESENT = PlanSet((plan("x"), plan("y")))
SPACE = decision_space(PRESENT, cycle_bounds_s=(50, 140))


def entrants(flows: Flows = FLOWS, chosen: list[str] | None = None) -> dict[str, Entrant]:
    space = decision_space(PRESENT, chosen, cycle_bounds_s=(50, 140))
    found = analytic_entrants(space, SITES, NETWORK, flows, hours=1.0)
    return {entrant.origin: entrant for entrant in found}


def greens(entrant: Entrant, controller: str = "x") -> list[float]:
    ring = next(ring for ring in SPACE.rings if ring.plan.controller_id == controller)
    return greens_s(ring, entrant.plans.plan_of(controller))


def test_websters_plan_by_hand() -> None:
    """L = 6 s, y = 900/1800 and 360/1800, Y = 0.7: C = (1.5 * 6 + 5) / 0.3 = 46.7 s, raised to 50 s; 44 s in 5 : 2."""
    webster = entrants()["webster"]
    assert webster.plans.plan_of("x").cycle_s == 50
    assert greens(webster) == [31, 13]


def test_websters_cycle_follows_the_busiest_intersection() -> None:
    """Side street of y 540 veh/h: Y = 0.8, C = 14 / 0.2 = 70 s; 64 s in 5 : 3 at y and in 5 : 2 at x."""
    webster = entrants({**FLOWS, ("s-y", "n-y"): 540.0})["webster"]
    assert [one.cycle_s for one in webster.plans] == [70, 70]
    assert greens(webster, "y") == [40, 24]
    assert greens(webster, "x") == [46, 18]


def test_equal_saturation_keeps_the_present_cycles() -> None:
    """74 s of green in 5 : 2."""
    assert greens(entrants()["equal saturation"]) == [53, 21]


def test_an_oversaturated_network_gets_the_longest_cycle() -> None:
    webster = entrants(dict.fromkeys(FLOWS, 1700.0))["webster"]
    assert webster.plans.plan_of("x").cycle_s == 140


def test_an_empty_network_gets_legal_plans() -> None:
    assert all(min(greens(entrant)) >= 5 for entrant in entrants({}).values())


def test_several_cycles_are_tried() -> None:
    found = entrants()
    cycles = {one.plans.plan_of("x").cycle_s for origin, one in found.items() if origin.startswith("least HCM delay")}
    assert cycles == {50, 60, 75, 90, 110}


def test_each_comes_with_progression_and_at_its_point() -> None:
    found = entrants()
    plain = {origin for origin in found if not origin.endswith(", progression")}
    assert {f"{origin}, progression" for origin in plain | {"present"}} == set(found) - plain
    assert next(iter(found)) == "webster"
    assert all(entrant.point == SPACE.encode(entrant.plans) for entrant in found.values())


def test_only_the_chosen_are_touched() -> None:
    for entrant in entrants(chosen=["y"]).values():
        assert entrant.plans.plan_of("x") == PRESENT.plan_of("x")


def test_joints_know_their_platoon() -> None:
    (joint,) = joints(NETWORK, SITES, FLOWS)
    assert (joint.upstream, joint.downstream, joint.link) == ("x", "y", "w2")
    assert (joint.travel_s, joint.flow_vph) == (20.0, 900.0)


@pytest.mark.parametrize(("upstream_s", "expected_s"), [(0.0, 20.0), (33.0, 53.0), (70.0, 10.0)])
def test_the_platoon_meets_green_when_it_arrives(upstream_s: float, expected_s: float) -> None:
    plans = PlanSet((plan("x", offset_s=upstream_s), plan("y", offset_s=5.0)))
    found = coordinated(plans, joints(NETWORK, SITES, FLOWS), SITES, FLOWS, {"y"})
    assert found.plan_of("y").offset_s == expected_s
    assert found.plan_of("x") == plans.plan_of("x")


def test_upstream_gives_way_where_downstream_is_fixed() -> None:
    found = coordinated(PRESENT, joints(NETWORK, SITES, FLOWS), SITES, FLOWS, {"x"})
    assert found.plan_of("x").offset_s == 60  # 20 s before y starts at 0 s, in a cycle of 80 s
    assert found.plan_of("y") == PRESENT.plan_of("y")


def test_nobody_moves_where_both_are_fixed_or_cycles_differ() -> None:
    joined = joints(NETWORK, SITES, FLOWS)
    assert coordinated(PRESENT, joined, SITES, FLOWS, set()) == PRESENT
    apart = PlanSet((plan("x"), plan("y", 30.0)))
    assert coordinated(apart, joined, SITES, FLOWS, {"x", "y"}) == apart


def test_intersections_without_a_plan_are_left_out() -> None:
    alone = PlanSet((plan("x"),))
    assert coordinated(alone, joints(NETWORK, SITES, FLOWS), SITES, FLOWS, {"x"}) == alone


def _crossing_with_left_turns(left_vph: float) -> dict[str, Entrant]:
    """A street of two directions with protected left turns crosses another; formulas choose among all its rings."""
    heads = (
        SignalHead(0, "w", 0, "e", Turn.STRAIGHT, 12.5, 20.0),
        SignalHead(1, "e-in", 0, "w-out", Turn.STRAIGHT, 12.5, 20.0),
        SignalHead(2, "w", 1, "n", Turn.LEFT, 12.5, 20.0),
        SignalHead(3, "s-in", 0, "n", Turn.STRAIGHT, 12.5, 20.0),
    )
    crossing = Intersection(
        "c", "c", "", heads, frozenset({(0, 3), (1, 3), (2, 3), (1, 2)}), frozenset({(2, 1), (2, 3)})
    )
    groups = (SignalGroup("street", (0, 1)), SignalGroup("left", (2,)), SignalGroup("side", (3,)))
    rows = ((30.0, (G, R, R)), (4.0, (Y, R, R)), (2.0, (R, R, R)), (8.0, (R, G, R)), (4.0, (R, Y, R)))
    rest = ((2.0, (R, R, R)), (20.0, (R, R, G)), (4.0, (R, R, Y)), (2.0, (R, R, R)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in (*rows, *rest))
    present = SignalPlan("c", "0", Control.FIXED, 0.0, groups, intervals)
    rings = {"c": variants(present, crossing)}
    space = decision_space(PlanSet((present,)), cycle_bounds_s=(50, 140), variants=rings)
    flows = {("w", "e"): 300.0, ("e-in", "w-out"): 300.0, ("w", "n"): left_vph, ("s-in", "n"): 300.0}
    found = analytic_entrants(space, [crossing], Network({}, {}, ()), flows, hours=1.0)
    return {entrant.origin: entrant for entrant in found if "progression" not in entrant.origin}


@pytest.mark.parametrize(("left_vph", "phases_kept"), [(60.0, 2), (600.0, 3)])
def test_left_turns_get_a_phase_where_they_need_one(left_vph: float, phases_kept: int) -> None:
    """Few turns find gaps in 300 vehicles per hour and save a phase; 600 per hour would take nearly every gap."""
    found = _crossing_with_left_turns(left_vph)
    (chosen,) = found["phases of least HCM delay, 75 s"].plans
    assert len(phases(chosen)) == phases_kept
    assert len(phases(found["least HCM delay, 75 s"].plans.plan_of("c"))) == 3


def test_where_controllers_may_be_actuated_some_plans_leave_all_to_the_traffic() -> None:
    present = PlanSet((plan("x"), plan("y", 30.0, 44.0)))
    both = decision_space(present, cycle_bounds_s=(50, 140), controls=(Control.FIXED, Control.ACTUATED))
    given = Entrant(present, "present", both.encode(present))
    found = {entrant.origin: entrant for entrant in of_every_control(both, [given])}
    assert set(found) == {"present, fixed", "present, actuated", LEFT_TO_TRAFFIC}
    for one in found[LEFT_TO_TRAFFIC].plans:
        longest = [interval.max_s for interval in one.intervals if interval.max_s is not None]
        assert one.control is Control.ACTUATED
        assert one.cycle_s == 140
        assert longest == [67, 67]
    fixed = decision_space(present, cycle_bounds_s=(50, 140))
    assert of_every_control(fixed, [given]) == [given]
