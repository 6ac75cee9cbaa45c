"""Does calibration find a demand that is known, from a few counts and a wrong prior?

SUMO simulates the scenario's own demand; virtual cameras at some of its links count it, with errors. From these counts
and a wrong prior the demand is fitted by the fast engine, which is another simulator than the one that was counted, and
by SUMO's routeSampler, which gets the same counts and routes; it keeps the prior's vehicles that no camera sees.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.fast import traffic_of
from benchmarks.measuring import Answer, Setting, mean_and_sd, table
from benchmarks.scenes import Scene
from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation import virtual
from congestion_lab.demand.estimation.agreement import Agreement, agreement
from congestion_lab.demand.estimation.cells import Cells, Floats
from congestion_lab.demand.estimation.counted import lengths_s, volumes
from congestion_lab.demand.estimation.estimation import count_variance
from congestion_lab.demand.estimation.realising import Realised, realised
from congestion_lab.demand.estimation.sightings import Sightings
from congestion_lab.queueing.demandbench import Bench, prior_cells
from congestion_lab.queueing.demandfit import ENTROPY, GLS, Settings, fitted
from congestion_lab.queueing.model import QueueModel
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.demand.routesampler import resampled_vehicles
from congestion_lab.sumo.demand.sightings import simulated_sightings
from congestion_lab.sumo.installation import version

COVERAGES = (0.1, 0.2, 0.4)
DRAWS = (1, 2, 3)  # of cameras, miscounting and wrong priors
_TRUTH_SEED = 4711
_OFF = 0.4  # by which priors are wrong
_NOISE = 0.1
_SLICE_S, _INTERVAL_S, _COUNTED_S = 900.0, 900.0, 3600.0
_RUNS = 3
NO_FIT, ROUTESAMPLER = "prior, as it is", "routeSampler"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """A demand that is known, and what it leaves to be counted.

    Attributes:
        scene: The scenario.
        model: The fast engine with the demand.
        cells: Its cells.
        everywhere: What cameras without errors would count at every link.
        jammed: Whether SUMO jammed.
    """

    scene: Scene
    model: QueueModel
    cells: Cells
    everywhere: tuple[Count, ...]
    jammed: bool


@dataclass(frozen=True)
class Found:
    """One demand, held against the known one.

    Attributes:
        total: Vehicles over those of the known demand, less 1.
        pairs: Root of the mean square error by pair over the mean pair (RMSN).
        held: Agreement at the links without cameras.
        wall_s: Seconds that it took.
    """

    total: float
    pairs: float
    held: Agreement
    wall_s: float


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    parts, data = [], {}
    for name in setting.scenes:
        known = _known(setting.scene(name))
        rows = dict(_rows(known, setting.tell))
        jam = "; the run that was counted jammed" if known.jammed else ""
        vehicles, links = len(known.model.traffic.demand.vehicle_ids), len({one.link for one in known.everywhere})
        parts.append(f"### {name}: {vehicles} vehicles, {len(known.cells.pairs)} pairs, {links} links{jam}\n")
        parts.append(table(_HEAD, [_line(key, found) for key, found in rows.items()]))
        data[name] = [{"prior": k[0], "coverage": k[1], "method": k[2], "found": _data(f)} for k, f in rows.items()]
    return Answer("\n".join(parts), data)


_HEAD = (
    "prior",
    "links counted",
    "method",
    "total off by (%)",
    "pairs off by (RMSN, %)",
    "held-out links: GEH < 5 (%)",
    "RMSN (%)",
    "bias (%)",
    "seconds",
)

Key = tuple[str, float, str]


def _rows(known: Known, tell: Callable[[str], None]) -> Iterator[tuple[Key, list[Found]]]:
    for kind in WRONG:
        for coverage in COVERAGES:
            found: dict[str, list[Found]] = {}
            for draw in DRAWS:
                for method, one in _fits(known, kind, coverage, draw):
                    found.setdefault(method, []).append(one)
            for method, several in found.items():
                key = (kind, coverage, method)
                tell(f"{known.scene.name}: " + " | ".join(_line(key, several)))
                yield key, several


def _known(scene: Scene) -> Known:
    traffic = traffic_of(scene)
    model, inputs = QueueModel(traffic, scene.inputs), scene.inputs
    spec = RunSpec(inputs, _TRUTH_SEED, "sumo", version(), plans=scene.signals.present)
    seen, jammed = simulated_sightings(spec)
    end_s = min(inputs.horizon_s, inputs.analysis_begin_s + _COUNTED_S)
    where = virtual.places(_busy(seen), inputs.analysis_begin_s, end_s, _INTERVAL_S)
    return Known(scene, model, prior_cells(model, _SLICE_S), virtual.counted(where, seen), jammed)


def _busy(seen: Sightings) -> list[str]:
    return sorted({seen.links[link] for link in np.unique(seen.link)})


def _by_pair(cells: Cells, random: np.random.Generator) -> Floats:
    return random.uniform(1 - _OFF, 1 + _OFF, len(cells.pairs))


def _by_origin(cells: Cells, random: np.random.Generator) -> Floats:
    return random.uniform(1 - _OFF, 1 + _OFF, len(cells.zones))[cells.pairs[:, 0]]


def _too_low(cells: Cells, random: np.random.Generator) -> Floats:
    return (1 - _OFF) * random.uniform(1 - _OFF / 2, 1 + _OFF / 2, len(cells.pairs))


WRONG: Mapping[str, Callable[[Cells, np.random.Generator], Floats]] = {
    "pairs ± 40 %": _by_pair,
    "origins ± 40 %": _by_origin,
    "all − 40 %, pairs ± 20 %": _too_low,
}
"""Factors by pair that make a prior of a known demand."""


def _fits(known: Known, kind: str, coverage: float, draw: int) -> Iterator[tuple[str, Found]]:
    links = sorted({one.link for one in known.everywhere})
    watched = set(virtual.camera_links(links, coverage, draw))
    counts = virtual.noisy([one for one in known.everywhere if one.link in watched], _NOISE, draw)
    rest = [one for one in known.everywhere if one.link not in watched]
    bench = _wrong_bench(known, kind, draw)
    cells = prior_cells(bench.model, _SLICE_S)
    settings = Settings(count_error=_NOISE, prior_error=_OFF, seed=draw)
    ways: Mapping[str, Callable[[], Realised]] = {
        NO_FIT: lambda: realised(cells, bench.demand.demanded_s, cells.vehicles, draw),
        GLS: lambda: fitted(bench, counts, cells, settings).realised,
        ENTROPY: lambda: fitted(bench, counts, cells, replace(settings, method=ENTROPY)).realised,
        ROUTESAMPLER: lambda: resampled_vehicles(bench.demand, bench.model.traffic.roads, counts, draw),
    }
    for name, way in ways.items():
        began_s = time.perf_counter()
        vehicles = way()
        wall_s = time.perf_counter() - began_s
        yield name, _held_against(known, bench, cells, vehicles, rest=rest, wall_s=wall_s)


def _wrong_bench(known: Known, kind: str, draw: int) -> Bench:
    random = np.random.default_rng(derived_seed(draw, "wrong prior", kind))
    factors = WRONG[kind](known.cells, random)[known.cells.pair]
    plans = known.scene.signals.present
    whole = Bench(known.model, plans, _RUNS, draw)
    demanded_s = known.model.traffic.demand.demanded_s
    wrong = realised(known.cells, demanded_s, known.cells.vehicles * factors, draw)
    return Bench(whole.with_vehicles(wrong), plans, _RUNS, draw)


def _held_against(
    known: Known, bench: Bench, cells: Cells, vehicles: Realised, *, rest: Sequence[Count], wall_s: float
) -> Found:
    counted = volumes(rest)
    modelled = bench.simulated(rest, cells, vehicles).modelled
    held = agreement(modelled, counted, count_variance(counted, _NOISE), lengths_s(rest))
    present = np.bincount(cells.of_vehicle[vehicles.source], minlength=len(cells.pair)).astype(np.float64)
    truth, mine = _named(known.cells, known.cells.vehicles), _named(cells, present)
    off = np.array([mine.get(pair, 0.0) - number for pair, number in truth.items()])
    mean = statistics.fmean(truth.values())
    total = sum(mine.values()) / sum(truth.values()) - 1
    return Found(total, float(np.sqrt((off**2).mean())) / mean, held, wall_s)


def _named(cells: Cells, vehicles: Floats) -> dict[Pair, float]:
    names = [(cells.zones[a], cells.zones[b]) for a, b in cells.pairs.tolist()]
    return dict(zip(names, cells.by_pair(vehicles).tolist(), strict=True))


def _line(key: Key, found: Sequence[Found]) -> tuple[str, ...]:
    kind, coverage, method = key
    return (
        kind,
        f"{100 * coverage:.0f} %",
        method,
        mean_and_sd([100 * one.total for one in found]),
        mean_and_sd([100 * one.pairs for one in found]),
        mean_and_sd([100 * one.held.geh_share for one in found]),
        mean_and_sd([100 * one.held.error for one in found]),
        mean_and_sd([100 * one.held.bias for one in found]),
        f"{statistics.fmean(one.wall_s for one in found):.1f}",
    )


def _data(found: Sequence[Found]) -> dict[str, list[float]]:
    return {
        "total": [one.total for one in found],
        "pairs_rmsn": [one.pairs for one in found],
        "held_geh_share": [one.held.geh_share for one in found],
        "held_rmsn": [one.held.error for one in found],
        "held_bias": [one.held.bias for one in found],
        "wall_s": [one.wall_s for one in found],
    }
