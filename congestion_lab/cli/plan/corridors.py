"""Corridors and their green waves, in the terminal and for machines."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.core.names import clean_name
from congestion_lab.metrics.corridors import Corridor
from congestion_lab.metrics.greenwaves import Street, Wave

_KMH = 3.6
_HEADINGS = (
    *("signals", "m", "km/h", "cycle\ns", "least\ngreen s", "band\ns"),
    *("of\ncycle", "attained", "on\ngreen"),
)
Arrivals = Sequence[tuple[int, int]]
"""By stop line: arrivals on green, and arrivals; empty where no runs are known."""


def streets_table(found: Sequence[tuple[Street, Sequence[Arrivals]]]) -> Table:
    """Return a row for each direction of some streets, with its arrivals, and one for both together."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("corridor")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for street, arrivals in found:
        for wave, arrived in zip(street.waves, arrivals, strict=True):
            table.add_row(escape(corridor_name(wave.corridor)), *_cells(wave, arrived))
        if street.back is not None:
            both = (_percent(street.efficiency), _percent(street.attainability))
            table.add_row("both directions", *[""] * 6, *both, "", end_section=True)
    return table


def reasons(found: Sequence[Street]) -> Iterator[str]:
    """Yield why some directions have no green wave, a line each."""
    for wave in (wave for street in found for wave in street.waves):
        if wave.progression.reason:
            yield f"no green wave on {corridor_name(wave.corridor)}: {wave.progression.reason}"


def corridor_name(way: Corridor) -> str:
    """Return where a corridor leads, in words."""
    links = [link for link in way.links if link.name_en or link.name_ar]
    names = list(dict.fromkeys(clean_name(link.name_en or link.name_ar) for link in links))
    between = f"{clean_name(way.stop_lines[0].controller_id)} → {clean_name(way.stop_lines[-1].controller_id)}"
    return f"{names[0]}: {between}" if names else between


def _cells(wave: Wave, arrivals: Arrivals) -> Iterator[str]:
    way, found = wave.corridor, wave.progression
    yield from (str(len(wave.travel_s)), f"{way.length_m:.0f}", f"{_speed_mps(wave) * _KMH:.0f}")
    if found.cycle_s is None:
        yield from ("none", "", "", "", "")
    else:
        yield from (f"{found.cycle_s:g}", f"{found.least_green_s:g}", f"{round(found.bandwidth_s, 1):g}")
        yield from (_percent(found.efficiency), _percent(found.attainability))
    yield _percent(_share(arrivals))


def _speed_mps(wave: Wave) -> float:
    """Return the speed of progression between the first and the last stop line."""
    if not wave.lines or wave.travel_s[-1] <= 0:
        return wave.corridor.speed_mps
    return (wave.lines[-1].distance_m - wave.lines[0].distance_m) / wave.travel_s[-1]


def _share(arrivals: Arrivals) -> float | None:
    arrived = sum(count for _, count in arrivals)
    return sum(green for green, _ in arrivals) / arrived if arrived else None


def _percent(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else f"{100 * share:.0f} %"


def street_as_json(street: Street, arrivals: Sequence[Arrivals]) -> dict[str, Any]:
    """Return a street in JSON's own types."""
    return {
        "efficiency": street.efficiency,
        "attainability": street.attainability,
        "directions": [_wave_as_json(*each) for each in zip(street.waves, arrivals, strict=True)],
    }


def _wave_as_json(wave: Wave, arrivals: Arrivals) -> dict[str, Any]:
    way, found = wave.corridor, wave.progression
    return {
        "name": corridor_name(way),
        "links": [link.id for link in way.links],
        "length_m": way.length_m,
        "cycle_s": found.cycle_s,
        "reason": found.reason,
        "least_green_s": found.least_green_s,
        "bandwidth_s": found.bandwidth_s,
        "efficiency": found.efficiency,
        "attainability": found.attainability,
        "bands": [{"start_s": band.start_s, "width_s": band.width_s} for band in found.bands],
        "arrivals_on_green": _share(arrivals),
        "signals": [
            {
                "controller": line.controller_id,
                "heads": list(line.heads),
                "distance_m": line.distance_m,
                "travel_s": travel,
                **({"on_green": counted[0], "arrivals": counted[1]} if counted else {}),
            }
            for line, travel, counted in itertools.zip_longest(wave.lines, wave.travel_s, arrivals)
        ],
    }
