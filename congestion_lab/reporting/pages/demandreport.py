"""The report of a calibrated demand: one HTML file that opens without a network."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from congestion_lab.core.names import clean_name
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.agreement import GEH_GOOD, Agreement
from congestion_lab.demand.estimation.assessment import Change, Compared, ZoneChange
from congestion_lab.network.model import Network
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.scatter import Dot, scatter
from congestion_lab.reporting.page import rendered
from congestion_lab.reporting.placenames import Named, PlaceNames
from congestion_lab.reporting.translation import _, onward
from congestion_lab.reporting.wording import clock, number, percent, period, share, signed

_LINKS_SHOWN = 60  # links with the worst GEH; `links.csv` holds all
_ZONES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Residual:
    """One cell of the table of residuals: modelled less counted, and whether its GEH is 5 or more."""

    text: str
    poor: bool


def demand_report(
    title: str,
    compared: Compared,
    change: Change,
    notes: Sequence[str],
    facts: Mapping[str, str],
    *,
    network: Network,
) -> str:
    """Return the report.

    Args:
        title: Name of the scenario.
        compared: Counts beside what prior, result and SUMO would have counted, in this order.
        change: How the result differs from the prior.
        notes: What must be known before trusting it.
        facts: Where it comes from.
        network: Knows the streets on which it was counted.
    """
    names, places = list(compared.modelled), PlaceNames(network)
    final = names[-1]
    content = {
        "title": clean_name(title),
        "notes": [retold(note) for note in notes],
        "facts": [(retold(name), value) for name, value in facts.items()],
        "agreements": [_agreement_row(compared, name, held=held) for held in _groups(compared) for name in names],
        "scatters": _scatters(compared, places),
        "times": [period(begin_s, end_s) for begin_s, end_s in _times(compared)],
        "residuals": _residuals(compared, final, places),
        "links_shown": number(_LINKS_SHOWN, 0),
        "final": retold(final),
        "total": [number(value, 0) for value in change.total],
        "total_change": percent(change.total[1] / change.total[0] - 1, 1),
        "moved": share(change.moved_share, 1),
        "slices": [_slice_row(row) for row in change.slices],
        "unseen": [places.of(one.zone) for one in change.zones if one.unseen],
        "unseen_pairs": share(change.unseen_pairs_share, 0),
        "zones": [_zone_row(one, places) for one in _largest(change.zones)],
        "zones_shown": number(_ZONES_SHOWN, 0),
    }
    return rendered("demand.html.j2", content, {"links": [], "streets": []})


def _groups(compared: Compared) -> list[bool]:
    return [False, True] if compared.held.any() else [False]


def _agreement_row(compared: Compared, name: str, *, held: bool) -> dict[str, Any]:
    found: Agreement = compared.agreement(name, held=held)
    within = found.bands_met
    return {
        "group": _("held out") if held else _("fitted to"),
        "name": retold(name),
        "points": number(found.points, 0),
        "geh": _share(found.geh_share, met=found.geh_met),
        "mean_geh": number(found.mean_geh, 1),
        "one": _share(found.within[0], met=within[0]),
        "two": _share(found.within[1], met=within[1]),
        "error": share(found.error, 1),
        "bias": percent(found.bias, 1),
    }


def _share(value: float, *, met: bool) -> tuple[str, bool]:
    return share(value, 0), met


def _scatters(compared: Compared, places: PlaceNames) -> list[dict[str, Any]]:
    counted = compared.counted_vph()
    flows = {name: compared.flows_vph(name) for name in compared.modelled}
    highest = max([float(counted.max(initial=1.0)), *(float(each.max(initial=1.0)) for each in flows.values())])
    return [
        {"name": retold(name), "svg": scatter(_dots(compared, name, places), retold(name), highest_vph=highest)}
        for name in compared.modelled
    ]


def _dots(compared: Compared, name: str, places: PlaceNames) -> list[Dot]:
    rows = zip(
        compared.counts,
        compared.held.tolist(),
        compared.counted_vph().tolist(),
        compared.flows_vph(name).tolist(),
        compared.geh(name).tolist(),
        strict=True,
    )
    return [
        Dot(
            counted,
            modelled,
            held,
            f"{_place(count, places).text}, {period(count.begin_s, count.end_s)}: GEH {number(geh)}",
        )
        for count, held, counted, modelled, geh in rows
    ]


def _place(count: Count, places: PlaceNames) -> Named:
    named = places.of_movement(count.link, count.onto) if count.onto else places.of(count.link)
    return replace(named, id=f"{named.id} ({clean_name(count.kind)})") if count.kind else named


def _times(compared: Compared) -> list[tuple[float, float]]:
    return sorted({(one.begin_s, one.end_s) for one in compared.counts})


def _residuals(compared: Compared, name: str, names: PlaceNames) -> list[dict[str, Any]]:
    """Return one row per counted place, the worst first."""
    off = (compared.flows_vph(name) - compared.counted_vph()).tolist()
    geh = compared.geh(name).tolist()
    places: dict[Named, list[int]] = {}
    for index, count in enumerate(compared.counts):
        places.setdefault(_place(count, names), []).append(index)
    worst = sorted(places, key=lambda place: -max(geh[index] for index in places[place]))
    times = _times(compared)
    rows = []
    for place in worst[:_LINKS_SHOWN]:
        cells = {(compared.counts[i].begin_s, compared.counts[i].end_s): i for i in places[place]}
        found = [Residual(signed(off[cells[t]], 0), geh[cells[t]] >= GEH_GOOD) if t in cells else None for t in times]
        rows.append({"place": place, "held": bool(compared.held[places[place][0]]), "cells": found})
    return rows


def _slice_row(row: tuple[float, float, float]) -> tuple[str, str, str, str]:
    begin_s, before, after = row
    change = percent(after / before - 1, 0) if before > 0 else percent(math.nan)
    return clock(begin_s), number(before, 0), number(after, 0), change


def _largest(zones: Sequence[ZoneChange]) -> list[ZoneChange]:
    return sorted(zones, key=lambda one: -(one.leaving[0] + one.reaching[0]))[:_ZONES_SHOWN]


def _zone_row(one: ZoneChange, places: PlaceNames) -> dict[str, Any]:
    seen = _("not at all") if one.unseen else share(min(one.seen_share, 1.0), 0)
    return {
        "zone": places.of(one.zone),
        "leaving": onward(number(one.leaving[0], 0), number(one.leaving[1], 0)),
        "reaching": onward(number(one.reaching[0], 0), number(one.reaching[1], 0)),
        "seen": seen,
        "sure": onward(share(one.sure[0]), share(one.sure[1])),
    }
