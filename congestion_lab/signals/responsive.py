"""Fixed-time plans handed over to responsive control."""

from dataclasses import replace

from congestion_lab.signals.plan import Aspect, Control, Interval, SignalPlan

# SUMO's defaults for generated actuated programmes (netconvert --tls.min-dur, --tls.max-dur)
MIN_GREEN_S = 5.0
MAX_GREEN_S = 50.0


def responsive(plan: SignalPlan, control: Control) -> SignalPlan:
    """Return the plan under gap-based or time-loss-based control, with default bounds for greens that have none.

    Yellow and all-red keep their length.
    """
    return replace(plan, control=control, intervals=tuple(_bounded(interval) for interval in plan.intervals))


def _bounded(interval: Interval) -> Interval:
    if not _is_green(interval):
        return interval
    lowest = MIN_GREEN_S if interval.min_s is None else interval.min_s
    highest = max(MAX_GREEN_S, lowest) if interval.max_s is None else interval.max_s
    return replace(interval, min_s=lowest, max_s=highest)


def _is_green(interval: Interval) -> bool:
    shown = set(interval.aspects)
    return any(aspect.is_green for aspect in shown) and not shown & {Aspect.YELLOW, Aspect.RED_YELLOW}
