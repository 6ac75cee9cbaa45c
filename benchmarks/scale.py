"""How does the cost of a plan grow? Generated grids of up to 400 signals and 80 thousand vehicles."""

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.chart import log_log
from benchmarks.fast import fast_model
from benchmarks.grids import Grid, grid_scene
from benchmarks.measuring import Answer, Setting, mean_and_sd, table
from benchmarks.processes import alone
from benchmarks.scenes import Scene
from benchmarks.speed import Cost, fast_cost, sumo_cost
from congestion_lab.core.files import write_text

GRIDS = (
    *(Grid(5, vehicles) for vehicles in (5_000, 10_000, 20_000)),
    *(Grid(10, vehicles) for vehicles in (5_000, 10_000, 20_000, 40_000)),
    *(Grid(20, vehicles) for vehicles in (5_000, 10_000, 20_000, 40_000, 80_000)),
)
_REPEATS = 3
_IN_SUMO_UP_TO = 10_000  # vehicles: a run of the largest takes SUMO half an hour
_MS = 1000.0


@dataclass(frozen=True)
class Measured:
    """One grid, measured.

    Attributes:
        grid: The grid.
        vehicle_links: Links that all its vehicles drive over.
        fast: Cost in the fast engine.
        sumo: Cost in SUMO; None where it was not measured.
    """

    grid: Grid
    vehicle_links: int
    fast: Cost
    sumo: Cost | None

    @property
    def plan_ms(self) -> float:
        """Mean CPU time of the generated plans."""
        return _MS * statistics.fmean(self.fast.shipped_s)


def answered(setting: Setting) -> Answer:
    """Measure every grid; the chart is written beside the tables."""
    measured = list(_measured(setting))
    write_text(setting.folder / "scale.svg", _chart(measured))
    growth = growth_exponent([one.vehicle_links for one in measured], [one.plan_ms for one in measured])
    said = f"CPU time per plan grows with the power {growth:.2f} of vehicle-links over all grids (1 is linear).\n"
    head = (
        "signals",
        "vehicles",
        "vehicle-links",
        "CPU ms per plan",
        "ns per vehicle-link",
        "SUMO, CPU s",
        "set-up, s",
    )
    return Answer(table(head, [_line(one) for one in measured]) + "\n" + said, [_data(one) for one in measured])


def _measured(setting: Setting) -> Iterator[Measured]:
    for grid in GRIDS:
        scene = grid_scene(grid, setting.folder / "grids")
        fast = alone(fast_cost, scene, 0, _REPEATS)
        sumo = alone(sumo_cost, scene, 0, 1) if grid.vehicles <= _IN_SUMO_UP_TO else None
        yield (one := Measured(grid, alone(_vehicle_links, scene), fast, sumo))
        setting.tell(" ".join(map(str, _line(one))))


def _vehicle_links(scene: Scene) -> int:
    return fast_model(scene).vehicle_links


def growth_exponent(sizes: list[int], costs: list[float]) -> float:
    """Return the slope of the line through the logarithms (least squares): 1 where cost is in proportion to size."""
    slope, _ = np.polyfit(np.log(sizes), np.log(costs), 1)
    return float(slope)


def _line(one: Measured) -> tuple[str, ...]:
    return (
        str(one.grid.signals),
        f"{one.grid.vehicles:,}",
        f"{one.vehicle_links:,}",
        mean_and_sd([_MS * plan for plan in one.fast.shipped_s]),
        f"{1e6 * one.plan_ms / one.vehicle_links:.0f}",
        "not measured" if one.sumo is None else mean_and_sd(one.sumo.shipped_s),
        f"{one.fast.set_up_s:.1f}",
    )


def _data(one: Measured) -> dict[str, object]:
    return {
        "signals": one.grid.signals,
        "vehicles": one.grid.vehicles,
        "vehicle_links": one.vehicle_links,
        "plan_s": one.fast.shipped_s,
        "peak_mib": one.fast.peak_mib,
        "sumo_s": math.nan if one.sumo is None else statistics.fmean(one.sumo.shipped_s),
    }


def _chart(measured: list[Measured]) -> str:
    sizes = sorted({one.grid.signals for one in measured})
    series = {
        f"{signals} signals": [
            (float(one.vehicle_links), one.plan_ms) for one in measured if one.grid.signals == signals
        ]
        for signals in sizes
    }
    return log_log(series, "vehicle-links", "CPU ms per plan")
