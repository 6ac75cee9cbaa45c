"""How a search goes: every candidate over the runs used, the best so far as a step line, and who was on trial."""

import itertools
import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.plane import Plane, dotted, round_axis
from congestion_lab.reporting.drawing.svg import element, path_data
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.trials import Trial, finite
from congestion_lab.reporting.wording import number

_STEPS_ACROSS, _STEPS_UP = 6, 5
_HEADROOM = 1.15  # above the present plan; what is worse lies on the upper edge


def search_chart(trials: Sequence[Trial], present_s: float) -> Markup:
    """Return the picture; nothing before the first candidate has run on all seeds.

    Args:
        trials: Candidates in their order, then those on trial.
        present_s: Mean delay of the present plans in seconds; NaN or infinite where it is not known.
    """
    known = finite(tuple(trials))
    full = [trial for trial in known if not (trial.stopped or trial.on_trial)]
    if not full:
        return Markup()
    plane = _plane(known, full, present_s)
    marks = [_mark(plane, trial) for trial in known]
    if math.isfinite(present_s):
        ends = [plane.at(0, present_s), plane.at(plane.across.high, present_s)]
        marks.append(element("path", {"class": "now", "d": path_data(ends)}))
    marks.append(element("path", {"class": "best", "d": path_data(itertools.starmap(plane.at, _steps(plane, full)))}))
    return plane.drawn("searching", _("Delay of the plans that were tried"), *marks)


def _plane(known: Sequence[Trial], full: Sequence[Trial], present_s: float) -> Plane:
    least_s = min(trial.delay_s for trial in known)
    most_s = max(least_s, present_s) if math.isfinite(present_s) else max(trial.delay_s for trial in full)
    runs = _("simulation runs used")
    return Plane(
        round_axis(0.0, known[-1].runs_used, runs, steps=_STEPS_ACROSS, least_step=1.0, has_grid=False),
        round_axis(least_s, most_s * _HEADROOM, _("mean delay, s per vehicle"), steps=_STEPS_UP),
    )


def _steps(plane: Plane, full: Sequence[Trial]) -> Iterator[tuple[float, float]]:
    """Yield the corners of the best so far, on to the last run."""
    best = list(itertools.accumulate((trial.delay_s for trial in full), min))
    for place, trial in enumerate(full):
        yield trial.runs_used, best[max(place - 1, 0)]
        yield trial.runs_used, best[place]
    yield plane.across.high, best[-1]


def _mark(plane: Plane, trial: Trial) -> Markup:
    place = plane.at(trial.runs_used, trial.delay_s)
    told = f"{retold(trial.origin)}: {_('{seconds} s').format(seconds=number(trial.delay_s))}"
    if trial.on_trial:
        diamond = f"M{place[0]:.1f} {place[1] - 5:.1f}l5 5l-5 5l-5 -5z"
        return element("path", {"class": "on-trial", "d": diamond}, element("title", {}, told))
    if trial.stopped:
        cross = f"M{place[0] - 3:.1f} {place[1]:.1f}h6M{place[0]:.1f} {place[1] - 3:.1f}v6"
        return element("path", {"class": "stopped", "d": cross}, element("title", {}, told))
    return dotted(place, "tried", told)
