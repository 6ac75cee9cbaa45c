"""What an experiment says about the search becomes coordinates."""

import math
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.experiments.spec import Search
from congestion_lab.optimization.space.facets import MAX_LOG_RATIO
from congestion_lab.optimization.space.searched import searched_space
from congestion_lab.optimization.space.space import DecisionSpace
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from tests.roads import avenue

_Signals = tuple[PlanSet, tuple[Intersection, ...]]


@pytest.fixture(scope="module")
def signals(tmp_path_factory: pytest.TempPathFactory) -> _Signals:
    net = avenue(tmp_path_factory.mktemp("avenue"))
    return read_plans(net), read_intersections(net)


@pytest.fixture(scope="module")
def corridor(bench_folder: Path) -> _Signals:
    net = bench_folder / "cologne3/cologne3.net.xml.gz"
    return read_plans(net), read_intersections(net)


def _facets(space: DecisionSpace) -> set[str]:
    return {name.split(".")[1] for name in space.names[1:]}


def test_fixed_controllers_and_present_phases_are_the_rule(signals: _Signals) -> None:
    space = searched_space(Search(min_cycle_s=60, max_cycle_s=100), *signals)
    assert space.names == ("cycle", "x.split.1", "y.offset", "y.split.1")
    assert space.cycle_bounds_s == (60, 100)
    assert space.controls == (Control.FIXED,)


def test_both_controls_make_one_choice_for_each_intersection(signals: _Signals) -> None:
    space = searched_space(Search(control=("fixed", "actuated")), *signals)
    assert [name for name, choices in zip(space.names, space.choices, strict=True) if choices] == [
        "x.control",
        "y.control",
    ]


def test_actuated_alone_leaves_no_choice(signals: _Signals) -> None:
    space = searched_space(Search(control=("actuated",)), *signals)
    assert not any(space.choices)
    assert all(plan.control is Control.ACTUATED for plan in space.decode([0.5] * space.dimension))


def test_only_the_chosen_signals_are_searched(signals: _Signals) -> None:
    space = searched_space(Search(signals=("y",), control=("actuated",)), *signals)
    decoded = space.decode([0.5] * space.dimension)
    assert [plan.control for plan in decoded] == [Control.FIXED, Control.ACTUATED]


def test_an_unknown_controller_is_a_fault(signals: _Signals) -> None:
    with pytest.raises(SignalPlanError, match="no signal controller 'z'"):
        searched_space(Search(signals=("z",), phases="vary"), *signals)


def test_varied_phases_are_a_choice_where_an_intersection_has_several_rings(corridor: _Signals) -> None:
    kept, varied = (searched_space(Search(phases=phases), *corridor) for phases in ("keep", "vary"))
    assert "phases" not in _facets(kept)
    assert [choices for choices in varied.choices if choices] == [3, 11, 11]
    assert varied.decode(varied.encode(varied.present)) == kept.decode(kept.encode(kept.present)) == varied.present


def test_shares_keep_their_meaning_whatever_the_order(corridor: _Signals) -> None:
    """A phase has the same green over that of the reference in every ring that holds both."""
    space = searched_space(Search(phases="vary", min_cycle_s=120, max_cycle_s=120), *corridor)
    place = space.names.index("360086.phases")
    ring = next(each for each in space.rings if each.plan.controller_id == "360086")
    split = space.names.index(f"360086.split.{next(source for source in (0, 2) if source != ring.reference)}")
    ratios = []
    for kind in range(space.choices[place]):
        point = [0.5] * space.dimension
        point[place], point[split] = (kind + 0.5) / space.choices[place], 0.55
        plan = space.decode(point).plan_of("360086")
        seen = space.sites[1].seen(plan)
        greens = dict(zip(seen.ring.sources, seen.longest_s, strict=True))
        ratios.append(greens[2 - ring.reference] / greens[ring.reference])
    assert len(ratios) == 11
    assert ratios == pytest.approx([math.exp(0.1 * MAX_LOG_RATIO)] * 11, rel=0.06)  # whole seconds


def test_factors_reach_the_variants_too(corridor: _Signals) -> None:
    space = searched_space(Search(phases="vary", min_cycle_s=120, max_cycle_s=120), *corridor)
    halved = space.with_factors({"360086": 0.5})
    place = space.names.index("360086.phases")
    cycles = set()
    for kind in range(space.choices[place]):
        point = [0.5] * space.dimension
        point[place] = (kind + 0.5) / space.choices[place]
        cycles.add(halved.decode(point).plan_of("360086").cycle_s)
    assert cycles == {60.0}
