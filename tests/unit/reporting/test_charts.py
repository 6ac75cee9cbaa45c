from typing import Any

import plotly.graph_objects as go
import pytest

from congestion_lab.reporting import charts
from congestion_lab.reporting.trials import Trial

TRIALS = (Trial("present plan", 40.0, stopped=False, runs_used=3), Trial("Webster", 38.0, stopped=True, runs_used=4))


def _in_black(value: object) -> Any:  # noqa: ANN401 -- Plotly's JSON
    if isinstance(value, dict):
        return {key: _in_black(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_black(each) for each in value]
    return "#000000" if isinstance(value, str) and value.startswith("@") else value


@pytest.mark.parametrize(
    "figure",
    [
        charts.convergence(TRIALS, 40.0),
        charts.convergence(TRIALS[1:], None),
        charts.by_seed({1: 40.0, 2: 41.0}, {1: 38.0, 2: 42.0}, ("before", "after")),
        charts.distribution([("before", [float(place) for place in range(101)])]),
    ],
)
def test_plotly_accepts_every_chart(figure: charts.Figure) -> None:
    assert go.Figure(_in_black(figure)).data
    assert "@" in str(figure["layout"])


def test_the_best_so_far_never_rises() -> None:
    delays = (40.0, 43.0, 37.0, 39.0)
    trials = [Trial("x", delay, stopped=False, runs_used=place) for place, delay in enumerate(delays)]
    assert charts.convergence(trials, None)["data"][2]["y"] == [40.0, 40.0, 37.0, 37.0]
