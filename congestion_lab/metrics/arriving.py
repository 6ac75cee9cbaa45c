"""When the vehicles of runs came to stop lines: which share of a movement's arrivals met a green (HCM6, chapter 19)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.metrics.corridors import Floats, arrivals_on_green
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.performance.windows import green_windows
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import PASSAGES

LEAST_ARRIVALS = 30  # over all runs; the standard error of the share is then below a tenth
Pair = tuple[str, str]
Shares = Mapping[Pair, float]
"""Share of arrivals on green by (inbound, outbound link)."""


@dataclass(frozen=True)
class Entries:
    """When the vehicles of one run came onto links, by the movement that they made at their end.

    Attributes:
        entered_s: Times by (inbound, outbound link).
        begin_s: Start of the analysed period.
        end_s: End of the run.
    """

    entered_s: Mapping[Pair, Floats]
    begin_s: float
    end_s: float


def shares_by_controller(
    results: Sequence[RunResult],
    network: Network,
    plans: Iterable[SignalPlan],
    intersections: Mapping[str, Intersection],
) -> dict[str, Shares]:
    """Return the shares of arrivals on green at every controller; none if a run did not record PASSAGES.

    Args:
        results: Runs under the plans.
        network: Their roads.
        plans: The plans.
        intersections: Their intersections, by controller.
    """
    if not all(result.has(PASSAGES) for result in results):
        return {}
    links = {head.from_link for site in intersections.values() for head in site.heads}
    runs = [_entries(result, links) for result in results]
    return {
        plan.controller_id: shares_on_green(runs, network, plan, intersections[plan.controller_id])
        for plan in plans
        if plan.controller_id in intersections
    }


def _entries(result: RunResult, links: set[str]) -> Entries:
    table = result.table(PASSAGES)
    onward = table.assign(to_link=table.groupby("vehicle_id", sort=False)["link_id"].shift(-1))
    grouped = onward[onward["link_id"].isin(links)].groupby(["link_id", "to_link"], sort=False)["entered_s"]
    found = {(str(start), str(end)): times.to_numpy(dtype=float) for (start, end), times in grouped}
    return Entries(found, result.analysis_begin_s, result.ended_s)


def shares_on_green(
    runs: Sequence[Entries], network: Network, plan: SignalPlan, intersection: Intersection
) -> dict[Pair, float]:
    """Return the share of each movement's vehicles that reached the stop line on green had nobody stood there.

    Movements with fewer than LEAST_ARRIVALS arrivals are left out, and all of a plan whose greens follow the traffic.

    Args:
        runs: Runs under the plan.
        network: Its roads.
        plan: The plan.
        intersection: Its intersection.
    """
    heads: dict[Pair, set[int]] = {}
    for head in intersection.heads:
        if not head.is_crossing:
            heads.setdefault((head.from_link, head.to_link), set()).add(head.index)
    shares = {}
    for pair, indices in heads.items():
        counted = [
            arrivals_on_green(
                (came, came),
                network.links[pair[0]].free_flow_s,
                green_windows(plan, indices, begin_s=run.begin_s, end_s=run.end_s),
                begin_s=run.begin_s,
                end_s=run.end_s,
            )
            for run in runs
            if (came := run.entered_s.get(pair)) is not None
        ]
        arrived = sum(count for _, count in counted)
        if arrived >= LEAST_ARRIVALS:
            shares[pair] = sum(green for green, _ in counted) / arrived
    return shares
