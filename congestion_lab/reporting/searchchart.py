"""How a search goes, as a picture that needs no script: every candidate, and the best so far as a step line."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.reporting.scatter import round_step
from congestion_lab.reporting.svg import element, path_data
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.trials import Trial, finite
from congestion_lab.reporting.wording import number

_WIDTH, _HEIGHT = 640.0, 240.0  # of the field in which points lie
_LEFT, _TOP, _RIGHT, _BOTTOM = 64.0, 12.0, 16.0, 50.0
_TICKS_ACROSS, _TICKS_UP = 6, 4
_HEADROOM = 1.15  # above the present plan; what is worse lies on the upper edge


def search_chart(trials: Sequence[Trial], present_s: float) -> Markup:
    """Return the picture; nothing before the first candidate has run on all seeds.

    Args:
        trials: Candidates in their order.
        present_s: Mean delay of the present plans.
    """
    known = finite(tuple(trials))
    full = [trial for trial in known if not trial.stopped]
    if not full:
        return Markup()
    frame = _framed(known, full, present_s)
    parts = [*_axes(frame), *(_dot(frame, trial) for trial in known)]
    if math.isfinite(present_s):
        ends = [frame.at(0, present_s), frame.at(frame.runs, present_s)]
        parts.append(element("path", {"class": "now", "d": path_data(ends)}))
    parts.append(element("path", {"class": "best", "d": path_data(_steps(frame, full))}))
    box = f"0 0 {_LEFT + _WIDTH + _RIGHT:g} {_TOP + _HEIGHT + _BOTTOM:g}"
    label = _("Delay of the plans that were tried")
    return element("svg", {"class": "searching", "viewBox": box, "role": "img", "aria-label": label}, *parts)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where runs and delays lie in the picture."""

    runs: float
    low_s: float
    high_s: float
    step_s: float

    def at(self, runs: float, delay_s: float) -> Point:
        up = (min(delay_s, self.high_s) - self.low_s) / (self.high_s - self.low_s)
        return _LEFT + _WIDTH * runs / self.runs, _TOP + _HEIGHT * (1 - up)


def _framed(known: Sequence[Trial], full: Sequence[Trial], present_s: float) -> _Frame:
    least = min(trial.delay_s for trial in known)
    most = max(least, present_s) if math.isfinite(present_s) else max(trial.delay_s for trial in full)
    step_s = round_step(max(most * _HEADROOM - least, 1.0) / _TICKS_UP)
    low_s = step_s * math.floor(least / step_s)
    high_s = step_s * math.ceil(max(most * _HEADROOM, low_s + step_s) / step_s)
    step = round_step(max(known[-1].runs_used, 1) / _TICKS_ACROSS)
    return _Frame(max(step, 1.0) * math.ceil(known[-1].runs_used / max(step, 1.0)), low_s, high_s, step_s)


def _steps(frame: _Frame, full: Sequence[Trial]) -> Iterator[Point]:
    """Yield the corners of the best so far, on to the last run."""
    best = list(itertools.accumulate((trial.delay_s for trial in full), min))
    for place, trial in enumerate(full):
        yield frame.at(trial.runs_used, best[max(place - 1, 0)])
        yield frame.at(trial.runs_used, best[place])
    yield frame.at(frame.runs, best[-1])


def _dot(frame: _Frame, trial: Trial) -> Markup:
    x, y = frame.at(trial.runs_used, trial.delay_s)
    if trial.stopped:
        return element("path", {"class": "stopped", "d": f"M{x - 3:.1f} {y:.1f}h6M{x:.1f} {y - 3:.1f}v6"})
    return element("circle", {"class": "tried", "cx": x, "cy": y, "r": 3.5})


def _axes(frame: _Frame) -> Iterator[Markup]:
    for place in range(round((frame.high_s - frame.low_s) / frame.step_s) + 1):
        value = frame.low_s + place * frame.step_s
        left, y = frame.at(0, value)
        yield element("path", {"class": "grid", "d": path_data([(left, y), (left + _WIDTH, y)])})
        yield element("text", {"x": left - 8, "y": y + 4, "text-anchor": "end"}, number(value, 0))
    step = max(round_step(frame.runs / _TICKS_ACROSS), 1.0)
    for place in range(int(frame.runs / step) + 1):
        x, bottom = frame.at(place * step, frame.low_s)
        yield element("text", {"x": x, "y": bottom + 18, "text-anchor": "middle"}, number(place * step, 0))
    middle = _LEFT + _WIDTH / 2
    below: dict[str, str | float] = {"x": middle, "y": _TOP + _HEIGHT + 42, "text-anchor": "middle"}
    yield element("text", below, _("simulation runs used"))
    turned = f"rotate(-90 14 {_TOP + _HEIGHT / 2:g})"
    beside: dict[str, str | float] = {"x": 14.0, "y": _TOP + _HEIGHT / 2, "text-anchor": "middle", "transform": turned}
    yield element("text", beside, _("mean delay, s per vehicle"))
