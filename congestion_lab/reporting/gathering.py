"""Everything that a report tells, read from run sets and a study's folder: the one place that reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.guarded import inner_file
from congestion_lab.core.names import clean_name
from congestion_lab.experiments.pooling import plans_of, pooled_links, pooled_movements
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.metrics.objective import analysed, delay_s
from congestion_lab.metrics.summary import RunSummary, run_summary
from congestion_lab.network.model import Network
from congestion_lab.optimization.study.studyfiles import is_study
from congestion_lab.reporting.translation import _, isolated
from congestion_lab.reporting.trials import Trial, read_trials
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.tables import TRIPS
from congestion_lab.sumo.nets.netfile import read_intersections, read_network

_QUANTILES = 101


def spoken_label(label: str) -> str:
    """Return what a run set is called in the language spoken, without anything harmful in it."""
    known = {"present": _("Present"), "best": _("Proposed")}
    return known.get(label) or isolated(clean_name(label))


@dataclass(frozen=True)
class Side:
    """What one run set says, over all its seeds.

    Attributes:
        label: What people call it.
        runs: The run set.
        summaries: Figures by seed.
        plans: The signal plans that ran.
        links: Means per link, by link id: vehicles, speed_kmh, delay_s, max_queue_m, spillback_share; empty where no
            run recorded links.
        movements: Means per movement: from_link, to_link, vehicles, delay_s, controller_id, turn, los; perhaps empty.
        delay_quantiles_s: Delay of a vehicle, quantiles 0 to 1 in hundredths.
    """

    label: str
    runs: RunSet
    summaries: Mapping[int, RunSummary]
    plans: PlanSet
    links: pd.DataFrame
    movements: pd.DataFrame
    delay_quantiles_s: tuple[float, ...]

    @property
    def name(self) -> str:
        """The label in the language spoken, without anything harmful in it."""
        return spoken_label(self.label)


@dataclass(frozen=True)
class Story:
    """What a report tells.

    Attributes:
        title: Name of the study or the scenario.
        network: The roads.
        intersections: By controller id.
        before: The only side, or the one that is compared with.
        after: The side that is judged, if there is one.
        trials: Candidates of the search in their order; none for run sets.
        study: The study's summary; empty for run sets.
    """

    title: str
    network: Network
    intersections: Mapping[str, Intersection]
    before: Side
    after: Side | None
    trials: tuple[Trial, ...] = ()
    study: Mapping[str, Any] | None = None


def story_of(folders: Sequence[Path]) -> Story:
    """Read one study, one run set, or two run sets.

    Raises:
        ExperimentError: They hold nothing that a report can tell.
    """
    return story_of_study(folders[0]) if len(folders) == 1 and is_study(folders[0]) else story_of_runs(folders)


def story_of_study(folder: Path) -> Story:
    """Read a study's folder.

    Raises:
        ExperimentError: The study is not finished, a file of it is damaged, or its sides finished no seed in common.
    """
    path = inner_file(folder / "summary.json", folder)
    try:
        study: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        title = str(study["study"])
    except FileNotFoundError:
        raise ExperimentError(f"{path} is missing: the study is not finished; run `optimize` again") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ExperimentError(f"{path} is damaged ({error!r}); run `optimize` again") from error
    sets = [load_run_set(folder / name) for name in ("present", "best")]
    trials = read_trials(folder / "history.json")
    return _story(title, sets, trials, study)


def story_of_runs(folders: Sequence[Path]) -> Story:
    """Read one run set, or two to compare the second with the first.

    Raises:
        ExperimentError: A folder holds no run set, there are more than two, or two finished no seed in common.
    """
    most = 2
    if len(folders) > most:
        raise ExperimentError(f"a report tells of one run set or compares two; {len(folders)} were given")
    sets = [load_run_set(folder) for folder in folders]
    return _story(sets[0].inputs.name, sets, (), None)


def _story(title: str, sets: Sequence[RunSet], trials: tuple[Trial, ...], study: Mapping[str, Any] | None) -> Story:
    for after in sets[1:]:
        _require_shared_seeds(sets[0], after)
    net_file = sets[0].net_file
    network = read_network(net_file)
    intersections = {each.controller_id: each for each in read_intersections(net_file)}
    before, *rest = (side_of(runs, plans_of(runs), network) for runs in sets)
    return Story(title, network, intersections, before, rest[0] if rest else None, trials, study)


def _require_shared_seeds(before: RunSet, after: RunSet) -> None:
    if before.results and after.results and not before.by_seed.keys() & after.by_seed.keys():
        seeds = [", ".join(map(str, sorted(side.by_seed))) for side in (before, after)]
        raise ExperimentError(
            f"no seed was finished on both sides ({before.label}: {seeds[0]}; {after.label}: {seeds[1]}), "
            "so nothing can be compared; simulate both on the same seeds"
        )


def side_of(runs: RunSet, plans: PlanSet, network: Network) -> Side:
    """Return what a run set says.

    Raises:
        ExperimentError: None of its runs was finished.
    """
    if not runs.results:
        raise ExperimentError(f"no run of {runs.label!r} was finished, so there is nothing to report")
    summaries = {seed: run_summary(result) for seed, result in runs.by_seed.items()}
    links, movements = pooled_links(runs, network), pooled_movements(runs, network)
    return Side(runs.label, runs, summaries, plans, links, movements, _quantiles(runs))


def _quantiles(runs: RunSet) -> tuple[float, ...]:
    delays = [delay_s(analysed(each.table(TRIPS), each.analysis_begin_s)) for each in runs.results]
    values = np.quantile(pd.concat(delays).to_numpy(dtype=float), np.linspace(0, 1, _QUANTILES))
    return tuple(round(float(value), 1) for value in values)
