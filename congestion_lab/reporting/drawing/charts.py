"""Charts of delay: every seed before and after, and how delay is spread over vehicles."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from congestion_lab.reporting.drawing.plane import Axis, Plane, dotted, round_axis
from congestion_lab.reporting.drawing.svg import element, path_data
from congestion_lab.reporting.translation import _, in_numerals
from congestion_lab.reporting.wording import number, share

_STEPS = 5
_LEAST_STEP_S = 0.1  # the digit in which delays are told: less apart, they lie on one another
_HEIGHT = 300.0
_MARGIN = 0.35  # beside the two sides, of the distance between them
_SHOWN = 0.98  # of vehicles: the longest delays of the last ones would press the others together
_DOT_EVERY = 10  # quantiles
_TONES = ("before", "after")


def seeds_chart(before: Mapping[int, float], after: Mapping[int, float], names: tuple[str, str]) -> Markup:
    """Return one line per seed, from its mean delay before to its mean delay after.

    Args:
        before: Mean delay in seconds by seed; the chart shows the seeds of both sides.
        after: The same after the change.
        names: What the two sides are called.
    """
    seeds = sorted(set(before) & set(after))
    delays_s = [side[seed] for side in (before, after) for seed in seeds]
    across = Axis(-_MARGIN, 1 + _MARGIN, "", tuple(enumerate(names)), has_grid=False)
    up = round_axis(min(delays_s), max(delays_s), _delay_title(), steps=_STEPS, least_step=_LEAST_STEP_S)
    plane = Plane(across, up, height=_HEIGHT)
    marks = (mark for seed in seeds for mark in _slope(plane, seed, before[seed], after[seed]))
    return plane.drawn("seeds", _("Every seed, before and after"), *marks)


def _slope(plane: Plane, seed: int, before_s: float, after_s: float) -> Iterator[Markup]:
    tone = "after" if after_s <= before_s else "worse"
    ends = [plane.at(0, before_s), plane.at(1, after_s)]
    yield element("path", {"class": f"line {tone}", "d": path_data(ends)})
    name = _("seed {seed}").format(seed=in_numerals(str(seed)))
    for place, delay_s in zip(ends, (before_s, after_s), strict=True):
        yield dotted(place, tone, f"{name}: {_seconds(delay_s, 1)}")


def spread_chart(delays_s: Sequence[tuple[str, Sequence[float]]]) -> Markup:
    """Return the share of vehicles that are delayed by at most so much, one curve per side.

    Args:
        delays_s: Name and ascending quantiles of delay, from 0 to 1 in equal steps, per side.
    """
    longest_s = max(quantiles[int(_SHOWN * (len(quantiles) - 1))] for _name, quantiles in delays_s)
    across = round_axis(0.0, max(longest_s, 1.0), _("delay of a vehicle, s"), steps=_STEPS)
    plane = Plane(across, round_axis(0.0, 100.0, _("share of vehicles, %"), steps=_STEPS), height=_HEIGHT)
    sides = zip(delays_s, itertools.cycle(_TONES), strict=False)
    marks = (mark for (name, quantiles), tone in sides for mark in _curve(plane, name, quantiles, tone))
    return plane.drawn("spread", _("How delay is spread over vehicles"), *marks)


def _curve(plane: Plane, name: str, quantiles_s: Sequence[float], tone: str) -> Iterator[Markup]:
    steps = len(quantiles_s) - 1
    inside = [
        (delay_s, 100 * place / steps) for place, delay_s in enumerate(quantiles_s) if delay_s <= plane.across.high
    ]
    yield element("path", {"class": f"line {tone}", "d": path_data(plane.at(*point) for point in inside)})
    for delay_s, percent in inside[::_DOT_EVERY]:
        said = _("{percent} of vehicles: at most {delay}").format(
            percent=share(percent / 100), delay=_seconds(delay_s, 0)
        )
        yield dotted(plane.at(delay_s, percent), tone, f"{name}: {said}", 2.5)


def _delay_title() -> str:
    return _("mean delay, s per vehicle")


def _seconds(value_s: float, digits: int) -> str:
    return _("{seconds} s").format(seconds=number(value_s, digits))
