"""Which times of day a command works on: one way to name them, for every command that takes a scenario."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from congestion_lab.cli.options import ALL, RUNS_FOLDER, folder_for_results

if TYPE_CHECKING:
    from congestion_lab.scenarios.schema import Scenario

F = TypeVar("F", bound=Callable[..., Any])


def period_option(function: F) -> F:
    """`--period NAME`: the time of day, where the scenario file holds several."""
    text = "Time of day, where the scenario file holds several."
    return click.option("--period", metavar="NAME", help=text)(function)


def periods_option(function: F) -> F:
    """`--period NAME`, which may be given several times, or `all`."""
    text = f"Time of day, or `{ALL}`, where the scenario file holds several; may be given several times."
    return click.option("--period", "periods", multiple=True, metavar="NAME", help=text)(function)


def chosen_scenario(path: Path, period: str | None) -> "Scenario":
    """Return the one scenario that a file and `--period` stand for.

    Raises:
        ScenarioError: The file is faulty.
        UsageError: It holds several times of day and none of them is named, or one only and one is named.
    """
    if period == ALL:
        raise click.UsageError(f"`--period {ALL}` is for `simulate` and `optimize`; name one period here")
    (scenario,) = _chosen(path, () if period is None else (period,), ()).values()
    return scenario


def chosen_scenarios(path: Path, periods: tuple[str, ...]) -> "Mapping[str, Scenario]":
    """Return the scenarios that a file and `--period` stand for, by period; the one of a plain file by its own name.

    Raises:
        ScenarioError: The file is faulty.
        UsageError: It holds several times of day and none of them is named, or one only and one is named.
    """
    return _chosen(path, periods, (ALL,))


def _chosen(path: Path, periods: tuple[str, ...], words: tuple[str, ...]) -> "Mapping[str, Scenario]":
    """Return scenarios by period; `words` are what `--period` takes besides the periods themselves."""
    from congestion_lab.scenarios.family import Family, load_scenario_file

    loaded = load_scenario_file(path)
    if not isinstance(loaded, Family):
        if periods:
            raise click.UsageError(f"{path} holds one scenario, no times of day; leave `--period` out")
        return {loaded.name: loaded}
    known = ", ".join((*loaded.scenarios, *words))
    if not periods:
        raise click.UsageError(f"{path} holds several times of day; choose by `--period`: {known}")
    if unknown := [name for name in periods if name not in {*loaded.scenarios, *words}]:
        raise click.UsageError(f"{path} has no period {', '.join(map(repr, unknown))}; choose one of {known}")
    return {name: loaded.scenarios[name] for name in (loaded.scenarios if ALL in periods else periods)}


def folders_by_period(names: "Mapping[str, str]", out: Path | None) -> dict[str, Path]:
    """Return the folder for the results of each period, before time is spent on any.

    Args:
        names: What the results of each period are called.
        out: What `--out` says: the folder itself where there is one period, else the folder that holds them.

    Raises:
        InputError: One of them cannot be written to.
    """
    if out is not None and len(names) == 1:
        return dict.fromkeys(names, folder_for_results(out))
    places = {period: (out or RUNS_FOLDER) / name for period, name in names.items()}
    return {period: folder_for_results(place) for period, place in places.items()}
