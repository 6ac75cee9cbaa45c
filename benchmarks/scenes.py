"""The scenarios under measurement, ready to run: inputs, present signals and what may be searched of them."""

from dataclasses import dataclass
from pathlib import Path

from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.optimization.space.shortest import kept_safe
from congestion_lab.optimization.space.space import DecisionSpace, decision_space
from congestion_lab.optimization.study.plans import Signals
from congestion_lab.scenarios.schema import load_scenario
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from congestion_lab.sumo.preparing.prepare import prepare

_HERE = Path(__file__).parent
PUBLISHED = ("cologne3", "ingolstadt1", "ingolstadt7", "grid4x4", "bologna_acosta")
_FILES = {name: _HERE / "experiments" / f"{name}.yaml" for name in PUBLISHED} | {
    "damascus-centre": _HERE.parent / "experiments" / "damascus-centre-signals.yaml",
    "damascus": _HERE.parent / "experiments" / "damascus-am-peak-signals.yaml",
}
NAMES = tuple(_FILES)


@dataclass(frozen=True)
class Scene:
    """One scenario under measurement.

    Attributes:
        name: Short name.
        experiment: Its experiment file: bounds of the cycle, seeds.
        inputs: What all its runs share.
        signals: Its present plans and what plans must respect.
        cache: Where prepared files are kept.
    """

    name: str
    experiment: Experiment
    inputs: SimulationInputs
    signals: Signals
    cache: Path

    @property
    def space(self) -> DecisionSpace:
        """The legal timings of all its signals."""
        bounds = (self.experiment.search.min_cycle_s, self.experiment.search.max_cycle_s)
        return kept_safe(decision_space(self.signals.present, cycle_bounds_s=bounds), self.signals.intersections)


def load_scene(name: str, cache: Path) -> Scene:
    """Return a scenario by its short name.

    Args:
        name: One of `NAMES`.
        cache: Where prepared networks are kept.

    Raises:
        InputError: Its files are missing or cannot be used.
    """
    return scene_of(name, load_experiment(_FILES[name]), cache)


def scene_of(name: str, experiment: Experiment, cache: Path) -> Scene:
    """Return the scenario that an experiment names.

    Raises:
        InputError: Its files are missing or cannot be used.
    """
    inputs = prepare(load_scenario(experiment.scenario), cache=cache)
    net = inputs.net_file
    present = read_plans(net, inputs.additional_files)
    return Scene(name, experiment, inputs, Signals(present, read_intersections(net), read_network(net)), cache)
