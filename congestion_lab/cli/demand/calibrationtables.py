"""A calibrated demand as tables for people and as values for machines."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.estimation.agreement import Agreement
from congestion_lab.experiments.calibrateddemand import Outcome
from congestion_lab.experiments.calibrationnotes import notes
from congestion_lab.experiments.calibrationtables import provenance

_ZONES_NAMED = 8


def outcome_tables(outcome: Outcome) -> Iterator[Table | str]:
    """Yield how well the counts are met, what changed, and what must be known before trusting it."""
    yield _agreement_table(outcome)
    yield _change_table(outcome)
    yield from (f"- {note}" for note in notes(outcome))
    unseen = [one.zone for one in outcome.change.zones if one.unseen]
    if unseen:
        more = f" and {len(unseen) - _ZONES_NAMED} more" if len(unseen) > _ZONES_NAMED else ""
        yield f"- zones that no count sees: {', '.join(unseen[:_ZONES_NAMED])}{more}"


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """Return all figures."""
    compared, change = outcome.compared, outcome.change
    groups = {"fitted_to": False, "held_out": True}
    return {
        "agreement": {
            group: {name: _agreement(compared.agreement(name, held=held)) for name in compared.modelled}
            for group, held in groups.items()
        },
        "vehicles": {"prior": change.total[0], "calibrated": change.total[1]},
        "moved_share": change.moved_share,
        "departures": [
            {"begin": clock_from_seconds(begin_s), "prior": before, "calibrated": after}
            for begin_s, before, after in change.slices
        ],
        "unseen_zones": [one.zone for one in change.zones if one.unseen],
        "hardly_seen_zones": [one.zone for one in change.zones if one.hardly_seen and not one.unseen],
        "unseen_pairs_share": change.unseen_pairs_share,
        "notes": list(notes(outcome)),
        "provenance": provenance(outcome.calibrated),
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    return {**asdict(found), "geh_met": found.geh_met, "bands_met": list(found.bands_met)}


def _agreement_table(outcome: Outcome) -> Table:
    compared = outcome.compared
    title = f"{escape(outcome.calibrated.task.spec.inputs.name)}, counted and modelled"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("counts", no_wrap=True)
    table.add_column("demand")
    for heading in ("points", "GEH<5", "mean\nGEH", "in 1 sd", "in 2 sd", "RMSN", "bias"):
        table.add_column(heading, justify="right", no_wrap=True)
    for held in (False, True) if compared.held.any() else (False,):
        for name in compared.modelled:
            table.add_row("held out" if held else "fitted to", name, *_cells(compared.agreement(name, held=held)))
    table.caption_justify = "left"
    table.caption = "Asked: GEH below 5 on 85 %; 66 % within 1 sd and 95 % within 2 sd of the count (FHWA 2019)."
    return table


def _cells(found: Agreement) -> tuple[str, ...]:
    shares = (f"{100 * found.within[0]:.0f} %", f"{100 * found.within[1]:.0f} %", f"{100 * found.error:.1f} %")
    return (
        str(found.points),
        f"{100 * found.geh_share:.0f} %",
        f"{found.mean_geh:.1f}",
        *shares,
        f"{100 * found.bias:+.1f} %",
    )


def _change_table(outcome: Outcome) -> Table:
    change = outcome.change
    moved = f"{100 * change.moved_share:.1f} % of the prior's vehicles added or left out, summed over pairs"
    table = Table(title="Vehicles by departure", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("from")
    for heading in ("prior", "calibrated", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = [(clock_from_seconds(begin_s), before, after) for begin_s, before, after in change.slices]
    for name, before, after in (*rows, ("all", *change.total)):
        share = f"{100 * (after / before - 1):+.1f} %" if before > 0 else "–"
        table.add_row(name, f"{before:.0f}", f"{after:.0f}", share)
    table.caption, table.caption_justify = moved, "left"
    return table
