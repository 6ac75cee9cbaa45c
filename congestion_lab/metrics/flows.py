"""Turning flows of a run."""

from congestion_lab.signals.performance.streams import Flows
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import MOVEMENTS

_HOUR_S = 3600.0


def movement_flows_vph(result: RunResult) -> Flows:
    """Return vehicles per hour of every movement in the analysed period; nothing if the run ended before it."""
    table = result.table(MOVEMENTS)
    hours = (result.ended_s - result.analysis_begin_s) / _HOUR_S
    if hours <= 0:
        return {}
    rows = zip(table["from_link"], table["to_link"], table["vehicles"], strict=True)
    return {(str(start), str(end)): float(vehicles) / hours for start, end, vehicles in rows}
