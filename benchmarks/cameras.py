"""`python -m benchmarks.cameras SCENARIO`: what virtual cameras count in SUMO, as a table for `demand calibrate`."""

import argparse
from pathlib import Path

import numpy as np

from congestion_lab.demand.counts.countmeans import DayCount
from congestion_lab.demand.counts.counttable import write_counts
from congestion_lab.demand.estimation import virtual
from congestion_lab.scenarios.schema import load_scenario
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.demand.sightings import simulated_sightings
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.preparing.prepare import prepare

_CACHE = Path("runs/.cache")


def main() -> None:
    """Simulate a scenario once in SUMO and write what cameras at some of its links count."""
    options = _options()
    inputs = prepare(load_scenario(options.scenario), cache=_CACHE)
    seen, _ = simulated_sightings(RunSpec(inputs, options.seed, "sumo", version()))
    busy = [seen.links[link] for link in np.unique(seen.link)]
    links = virtual.camera_links(busy, options.share, options.seed)
    end_s = min(inputs.horizon_s, inputs.analysis_begin_s + 60 * options.minutes)
    where = virtual.places(links, inputs.analysis_begin_s, end_s, 60 * options.interval)
    counts = virtual.noisy(virtual.counted(where, seen), options.error, options.seed)
    write_counts(options.out, [DayCount(count, days=1, sd=None) for count in counts])
    print(f"{len(links)} of {len(busy)} links, {len(counts)} counts: {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cameras", description=__doc__)
    parser.add_argument("scenario", type=Path, metavar="SCENARIO")
    parser.add_argument("--share", type=float, default=0.2, help="share of the links in use that have a camera")
    parser.add_argument("--error", type=float, default=0.1, help="error of a count, as a share")
    parser.add_argument("--interval", type=float, default=15.0, help="minutes of one count")
    parser.add_argument("--minutes", type=float, default=60.0, help="minutes that are counted")
    parser.add_argument("--seed", type=int, default=1, help="of the run, the places and the errors")
    parser.add_argument("-o", "--out", type=Path, default=Path("counts.csv"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
