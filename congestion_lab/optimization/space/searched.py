"""The decision space that an experiment asks for."""

from collections.abc import Sequence

from congestion_lab.experiments.spec import Search
from congestion_lab.optimization.space.shortest import kept_safe
from congestion_lab.optimization.space.space import DecisionSpace, decision_space
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.safety.variants import Variant, variants


def searched_space(search: Search, present: PlanSet, intersections: Sequence[Intersection]) -> DecisionSpace:
    """Return the plans among which an experiment searches; each is as safe as the present ones.

    Args:
        search: What the experiment says.
        present: The plans of all controllers.
        intersections: What plans must respect.

    Raises:
        SignalPlanError: A controller is unknown, or nothing is left to search.
    """
    chosen = None if search.signals == "all" else search.signals
    bounds = (search.min_cycle_s, search.max_cycle_s)
    controls = tuple(Control(name) for name in search.control)
    rings = _variants(present, intersections, chosen) if search.phases == "vary" else {}
    space = decision_space(present, chosen, cycle_bounds_s=bounds, controls=controls, variants=rings)
    return kept_safe(space, intersections)


def _variants(
    present: PlanSet, intersections: Sequence[Intersection], chosen: Sequence[str] | None
) -> dict[str, tuple[Variant, ...]]:
    sites = {site.controller_id: site for site in intersections}
    wanted = (plan for plan in present if chosen is None or plan.controller_id in chosen)
    return {plan.controller_id: variants(plan, sites[plan.controller_id]) for plan in wanted}
