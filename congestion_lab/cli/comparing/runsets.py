"""Run sets as commands take them: by folder, each with a name that no other has."""

import itertools
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.optimization.study.studyfiles import is_study

_SIDES = ("present", "best")


def run_set(folder: Path) -> RunSet:
    """Return the run set of a folder.

    Raises:
        ExperimentError: The folder holds none, or a damaged one, or is a study.
    """
    if is_study(folder):
        present, found = (folder / name for name in _SIDES)
        raise ExperimentError(f"{folder} is a study; name its sides: {present} {found}")
    return load_run_set(folder)


def named_studies(folders: Sequence[Path]) -> dict[str, tuple[RunSet, RunSet]]:
    """Return the present and the best run set of studies, named by what differs in the names of their folders.

    Raises:
        UsageError: Two folders have the same name.
        ExperimentError: A study is not finished.
    """
    found = [tuple(load_run_set(folder / name) for name in _SIDES) for folder in folders]
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        raise click.UsageError(f"studies need different names, not {', '.join(names)}")
    parts = [name.split("-") for name in names]
    common = sum(1 for _ in itertools.takewhile(lambda same: len(set(same)) == 1, zip(*parts, strict=False)))
    short = ["-".join(own[common:]) for own in parts]
    return {name: (present, best) for name, (present, best) in zip(short if all(short) else names, found, strict=True)}


def named_run_sets(folders: Sequence[Path]) -> dict[str, RunSet]:
    """Return run sets by their labels or, where two share one, by their folders below what all of these lie in.

    Raises:
        UsageError: A folder stands twice.
        ExperimentError: A folder holds no run set.
    """
    found = [run_set(folder) for folder in folders]
    places = [folder.resolve() for folder in folders]
    for place, times in Counter(places).items():
        if times > 1:
            raise click.UsageError(f"{place} is named twice; name every run set once")
    labels = [each.label for each in found]
    above = os.path.commonpath([place.parent for place in places])
    names = labels if len(set(labels)) == len(labels) else [place.relative_to(above).as_posix() for place in places]
    return dict(zip(names, found, strict=True))
