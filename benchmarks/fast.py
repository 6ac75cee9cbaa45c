"""The fast engine on a scenario under measurement."""

from benchmarks.scenes import Scene
from congestion_lab.queueing.model import QueueModel
from congestion_lab.simulation.traffic import Traffic
from congestion_lab.sumo.traffic.reading import read_traffic


def fast_model(scene: Scene) -> QueueModel:
    """Return the fast engine with the scenario compiled into it, uncalibrated."""
    return QueueModel(traffic_of(scene), scene.inputs)


def traffic_of(scene: Scene) -> Traffic:
    """Return the scenario's roads and demand."""
    return read_traffic(scene.inputs, cache=scene.cache)
