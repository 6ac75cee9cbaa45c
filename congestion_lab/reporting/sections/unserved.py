"""Demand that was not served: how many vehicles waited outside when, where they were to enter, where others stood."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from congestion_lab.metrics.indicators import UNSERVED, indicator
from congestion_lab.metrics.objective import analysed
from congestion_lab.metrics.unserved import entries, standing_places, waiting_outside
from congestion_lab.reporting.drawing.timeline import TONES, Line, Timeline
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import link_name
from congestion_lab.reporting.sections.figures import Figure, figures_of, values_of
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import number
from congestion_lab.simulation.tables import PASSAGES, TRIPS
from congestion_lab.sumo.routes.demandfacts import entry_links, entry_of

_EVERY_S = 60.0
_MOST_PLACES = 10
_LEAST_VEHICLES = 0.5  # a place at which less than every second run has anybody is none


@dataclass(frozen=True, slots=True)
class Place:
    """A street, and figures of each side in words."""

    name: str
    sides: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Unserved:
    """The section on unserved demand.

    Attributes:
        figures: Vehicles not served, compared where there are two sides.
        chart: Vehicles waiting to enter over the period.
        entries: Where vehicles were to enter that never did or waited longest: number, and mean wait of all.
        standing: Where vehicles were that had entered and not arrived: number.
        entries_known: Whether the demand's files are still there to tell where vehicles enter.
    """

    figures: tuple[Figure, ...]
    chart: Markup
    entries: tuple[Place, ...]
    standing: tuple[Place, ...]
    entries_known: bool


def unserved_section(story: Story) -> Unserved | None:
    """Return the section; None where every vehicle of every run entered at once and arrived."""
    sides = [side for side in (story.before, story.after) if side is not None]
    trips = [_trips(side) for side in sides]
    served = all(
        table["arrived_s"].notna().all() and not table["depart_delay_s"].gt(0).any()
        for side in trips
        for table in side.values()
    )
    if served:
        return None
    shown = (UNSERVED, indicator("never_inserted_veh"), indicator("unfinished_veh"))
    rows = [(each, [values_of(each, side.summaries) for side in sides]) for each in shown]
    files = [path for path in story.before.runs.inputs.route_files if path.exists()]
    return Unserved(
        figures=tuple(figures_of(rows)),
        chart=_chart(sides, trips),
        entries=_entries(story, trips, entry_links(files)),
        standing=_standing(story, sides, trips),
        entries_known=bool(files),
    )


Trips = Mapping[int, pd.DataFrame]  # the analysed ones by seed


def _trips(side: Side) -> Trips:
    runs = side.runs.by_seed
    return {seed: analysed(result.table(TRIPS), result.analysis_begin_s) for seed, result in runs.items()}


def _chart(sides: Sequence[Side], trips: Sequence[Trips]) -> Markup:
    first = sides[0].runs.results[0]
    times_s = np.arange(first.analysis_begin_s, first.horizon_s + 1, _EVERY_S)
    lines = [
        Line(tone, np.mean([waiting_outside(table, times_s) for table in side.values()], axis=0).tolist())
        for tone, side in zip(TONES, trips, strict=False)
    ]
    return Timeline.of(times_s.tolist(), lines).drawn(lines, _("Vehicles waiting to enter"))


def _entries(story: Story, trips: Sequence[Trips], known: Mapping[str, str]) -> tuple[Place, ...]:
    tables = [_mean(entries(table, _links(table, known)) for table in side.values()) for side in trips]
    worth = [table.index[(table["never_entered"] >= _LEAST_VEHICLES)] for table in tables]
    names = sorted(set().union(*worth), key=lambda name: (-max(_at(t, name, "never_entered") for t in tables), name))
    return tuple(
        Place(_street(story, name), tuple(_entry_figures(table, name) for table in tables))
        for name in names[:_MOST_PLACES]
    )


def _entry_figures(table: pd.DataFrame, name: str) -> tuple[str, ...]:
    vehicles = _at(table, name, "vehicles")
    wait_s = _at(table, name, "wait_s") / vehicles if vehicles else float("nan")
    return number(_at(table, name, "never_entered"), 0), number(wait_s, 0)


def _links(trips: pd.DataFrame, known: Mapping[str, str]) -> pd.Series:
    ids = trips["vehicle_id"]
    return pd.Series([entry_of(str(name), known) for name in ids], index=ids, dtype="object")


def _standing(story: Story, sides: Sequence[Side], trips: Sequence[Trips]) -> tuple[Place, ...]:
    tables = []
    for side, by_seed in zip(sides, trips, strict=True):
        runs = {seed: result for seed, result in side.runs.by_seed.items() if result.has(PASSAGES)}
        tables.append(
            _mean(standing_places(run.table(PASSAGES), by_seed[seed]).to_frame("count") for seed, run in runs.items())
        )
    worth = [table.index[table["count"] >= _LEAST_VEHICLES] for table in tables if not table.empty]
    names = sorted(set().union(*worth), key=lambda name: (-max(_at(table, name, "count") for table in tables), name))
    return tuple(
        Place(_street(story, name), tuple((number(_at(table, name, "count"), 0),) for table in tables))
        for name in names[:_MOST_PLACES]
    )


def _mean(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the mean over runs of figures by link; a link that a run does not name counts as zero there."""
    found = list(tables)
    if not found:
        return pd.DataFrame()
    summed = pd.concat(found).groupby(level=0).sum()
    return summed / len(found)


def _at(table: pd.DataFrame, name: str, column: str) -> float:
    return float(table[column].get(name, 0.0)) if column in table else 0.0


def _street(story: Story, link: str) -> str:
    found = story.network.links.get(link)
    return link if found is None else link_name(found)
