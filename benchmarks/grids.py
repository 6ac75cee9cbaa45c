"""Generated grids: any number of signals and vehicles at the same intensity (SUMO's netgenerate and randomTrips)."""

import math
import string
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scenes import Scene, scene_of
from congestion_lab.core.files import folder_written_whole, write_text
from congestion_lab.experiments.spec import load_experiment
from congestion_lab.sumo.installation import binary, tool
from congestion_lab.sumo.process import run_program

_BLOCK_M = 200.0
_LANES = 2
_TURN_LANE_M = 60.0
_PASSES_VPH = 1500.0  # vehicles per hour and signal: about a quarter of what four approaches of two lanes discharge
_PASSES_PER_SIDE = 2.0  # signals that a trip passes over nodes along a side: from border to border, with turns
_CLEARING_H = 0.5
_FRINGE = 10  # trips start and end this much rather at the border than inside
_SPREAD = 1.5  # links count up to so much longer than they are, so that trips take different ways
_HOUR_S = 3600
_ROUTING = (f"--weights.random-factor={_SPREAD}", "--routing-algorithm=astar", "--no-step-log")


@dataclass(frozen=True)
class Grid:
    """A square grid whose every node is signalled.

    Attributes:
        side: Nodes along a side.
        vehicles: Trips asked for.
    """

    side: int
    vehicles: int

    @property
    def name(self) -> str:
        return f"grid-{self.signals}-{self.vehicles}"

    @property
    def signals(self) -> int:
        return self.side**2

    @property
    def demand_s(self) -> int:
        """Period in which the trips depart: such that every signal passes about the same number per hour."""
        passes = self.vehicles * _PASSES_PER_SIDE * self.side
        return math.ceil(_HOUR_S * passes / (_PASSES_VPH * self.signals))


def grid_scene(grid: Grid, folder: Path) -> Scene:
    """Return a generated grid; what was generated before is taken as it is.

    Raises:
        SumoFailedError: A generator failed.
    """
    target = folder / grid.name
    if not target.is_dir():
        with folder_written_whole(target) as new:
            _generate(grid, new.resolve())
    return scene_of(grid.name, load_experiment(target / "experiment.yaml"), folder / ".cache")


def _generate(grid: Grid, folder: Path) -> None:
    net, routes = folder / "grid.net.xml", folder / "grid.rou.xml"
    run_program([binary("netgenerate"), *_network_options(grid), "--output-file", net], cwd=folder)
    trips = folder / "trips.xml"
    run_program([sys.executable, tool("randomTrips.py"), "-n", net, "-o", trips, *_trip_options(grid)], cwd=folder)
    given: list[str | Path] = ["--net-file", net, "--route-files", trips, "--output-file", routes]
    run_program([binary("duarouter"), *given, *_ROUTING], cwd=folder)
    end_s = grid.demand_s + _CLEARING_H * _HOUR_S
    write_text(
        folder / "scenario.yaml",
        f"name: {grid.name}\nnetwork: {{file: {net.name}}}\ndemand: {{routes: [{routes.name}]}}\n"
        f'period: {{begin: "00:00", end: "{_clock(end_s)}"}}\n',
    )
    write_text(folder / "experiment.yaml", f"name: {grid.name}\nscenario: scenario.yaml\n")


def _network_options(grid: Grid) -> list[str]:
    nodes = (f"{column}{row}" for column in string.ascii_uppercase[: grid.side] for row in range(grid.side))
    return [
        "--grid",
        f"--grid.number={grid.side}",
        f"--grid.length={_BLOCK_M}",
        f"--grid.attach-length={_BLOCK_M}",
        f"--default.lanenumber={_LANES}",
        "--turn-lanes=1",
        f"--turn-lanes.length={_TURN_LANE_M}",
        f"--tls.set={','.join(nodes)}",
    ]


def _trip_options(grid: Grid) -> list[str]:
    period_s = grid.demand_s / grid.vehicles
    return [
        "--begin=0",
        f"--end={grid.demand_s}",
        f"--period={period_s:.9f}",
        f"--fringe-factor={_FRINGE}",
        f"--min-distance={_BLOCK_M * grid.side / 2}",
        "--seed=1",
    ]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
