"""SUMO's files as flat arrays, for engines that have no files of their own."""

import tempfile
from pathlib import Path

from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Traffic
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.running.closures import with_closures
from congestion_lab.sumo.running.control import refuse_time_switches
from congestion_lab.sumo.traffic.roads import read_roads
from congestion_lab.sumo.traffic.vehicles import read_demand


def read_traffic(inputs: SimulationInputs, *, cache: Path) -> Traffic:
    """Return roads, demand and shipped plans of a scenario, links closed.

    Flows that SUMO draws at random come at even times, and routes of a distribution in turn by their shares: both are
    what SUMO's draws are on average. Vehicles whose type is drawn keep the mixture that it is drawn from. Vehicles that
    know only where they go take the way that is fastest on empty roads (see `triprouting`).

    Args:
        inputs: Files that have been vetted, and times.
        cache: Folder for routes that had to be found, named by content; made if needed.

    Raises:
        InputError: Files are damaged or ask for what cannot be held here, such as programmes that are switched by the
            clock; every fault is named.
        SumoFailedError: The router failed.
    """
    refuse_time_switches(inputs)
    plans = read_plans(inputs.net_file, inputs.additional_files)
    with tempfile.TemporaryDirectory(prefix="traffic-") as folder:
        opened = with_closures(inputs, Path(folder))
        roads = read_roads(opened.net_file)
        demand, notes = read_demand(opened, roads, cache)
    return Traffic(inputs.digest, roads, demand, notes, plans)
