"""Charts as Plotly figures; colours are names (`@ink`) that the page resolves, for light, dark and print."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.translation import _, in_numerals, whole
from congestion_lab.reporting.trials import Trial

Figure = dict[str, Any]  # Plotly's JSON: https://plotly.com/javascript/reference
_FONT = {"family": "inherit", "size": 13, "color": "@soft"}


def convergence(trials: Sequence[Trial], present_delay_s: float | None) -> Figure:
    """Return the search's way: every candidate over the runs used, the best so far as a step line."""
    full = [trial for trial in trials if not trial.stopped]
    best = list(itertools.accumulate((trial.delay_s for trial in full), min))
    traces = [
        _markers(_("stopped early"), [trial for trial in trials if trial.stopped], "x-thin-open", "@soft"),
        _markers(_("candidate on all seeds"), full, "circle", "@before"),
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("best so far"),
            "x": [trial.runs_used for trial in full],
            "y": best,
            "line": {"shape": "hv", "color": "@after", "width": 2.5},
            "hovertemplate": f"{_delay()}<extra></extra>",
        },
    ]
    layout = _layout(_("simulation runs used"), _("mean delay, s per vehicle"))
    if present_delay_s is not None:
        layout |= _level(present_delay_s, _("present plan"))
    finite = sorted(trial.delay_s for trial in full)
    if finite:
        layout["yaxis"] |= {"range": _window(finite, present_delay_s)}
    return {"data": traces, "layout": layout}


def by_seed(before: Mapping[int, float], after: Mapping[int, float], names: tuple[str, str]) -> Figure:
    """Return one line per seed from the delay before to the delay after."""
    seeds = sorted(set(before) & set(after))
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": _("seed {seed}").format(seed=in_numerals(str(seed))),
            "x": list(names),
            "y": [before[seed], after[seed]],
            "line": {"color": "@after" if after[seed] <= before[seed] else "@worse", "width": 1.5},
            "marker": {"size": 7},
            "showlegend": False,
            "hovertemplate": f"{_('seed {seed}').format(seed=in_numerals(str(seed)))}: {_delay()}<extra></extra>",
        }
        for seed in seeds
    ]
    layout = _layout("", _("mean delay, s per vehicle"))
    layout["xaxis"] |= {"type": "category", "range": [-0.35, 1.35]}
    return {"data": traces, "layout": layout}


def distribution(delays_s: Sequence[tuple[str, Sequence[float]]], *, points: int = 101) -> Figure:
    """Return the share of vehicles that are delayed by at most so much, one curve per side.

    Args:
        delays_s: Name and ascending quantiles of delay (0 to 1 in equal steps) per side.
        points: Number of quantiles on each side.
    """
    tones = ("@before", "@after")
    shares = [100 * place / (points - 1) for place in range(points)]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": list(quantiles),
            "y": shares,
            "line": {"color": tone, "width": 2.2},
            "hovertemplate": _("{percent} of vehicles: at most {delay}").format(
                percent="%{y:.0f} %", delay=_("{seconds} s").format(seconds="%{x:.0f}")
            ),
        }
        for (name, quantiles), tone in zip(delays_s, itertools.cycle(tones), strict=False)
    ]
    longest = max(quantiles[int(0.98 * (points - 1))] for _name, quantiles in delays_s)
    layout = _layout(_("delay of a vehicle, s"), _("share of vehicles, %"))
    layout["xaxis"] |= {"range": [0, max(longest, 1.0)]}
    layout["yaxis"] |= {"range": [0, 101]}
    return {"data": traces, "layout": layout}


def _delay() -> str:
    """Return Plotly's template of a delay on the vertical axis."""
    return _("{seconds} s").format(seconds="%{y:.1f}")


def _markers(name: str, trials: Sequence[Trial], symbol: str, colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [trial.runs_used for trial in trials],
        "y": [trial.delay_s for trial in trials],
        "text": [str(escape(retold(trial.origin))) for trial in trials],  # Plotly reads tags in text
        "marker": {"symbol": symbol, "size": 6, "color": colour, "line": {"color": colour, "width": 1.3}},
        "hovertemplate": f"%{{text}}: {_delay()}<extra></extra>",
    }


def _layout(x_title: str, y_title: str) -> Figure:
    axis = {"gridcolor": "@rule", "zeroline": False, "linecolor": "@rule", "ticks": "", "automargin": True}
    return {
        "xaxis": {**axis, "title": {"text": whole(x_title), "standoff": 10}, "showgrid": False},
        "yaxis": {**axis, "title": {"text": whole(y_title), "standoff": 24}},
        "font": _FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 76, "r": 12, "t": 12, "b": 48},
        "legend": {"orientation": "h", "y": 1.08, "x": 0},
        "hovermode": "closest",
        "height": 340,
    }


def _level(value: float, name: str) -> Figure:
    line = {"color": "@ink", "width": 1, "dash": "dot"}
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}
    note = {
        "xref": "paper",
        "x": 1,
        "y": value,
        "xanchor": "right",
        "yanchor": "bottom",
        "text": name,
        "showarrow": False,
    }
    return {"shapes": [shape], "annotations": [note]}


def _window(ascending: Sequence[float], present: float | None) -> list[float]:
    """Return an axis range in which the better three quarters can be told apart."""
    low = min(ascending[0], present if present is not None else ascending[0])
    high = max(ascending[int(0.75 * (len(ascending) - 1))], present if present is not None else 0.0)
    room = max(high - low, 1.0)
    return [max(0.0, low - 0.15 * room), high + 0.35 * room]
