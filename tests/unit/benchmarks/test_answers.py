"""What the benchmarks compute and write, without an engine."""

import json
import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as main
from benchmarks import imports, published, quality, scale
from benchmarks.chart import log_log
from benchmarks.grids import Grid
from benchmarks.measuring import Answer, Row, mean_and_sd, table
from benchmarks.quality import Measured
from benchmarks.ranks import among_best, rank_correlation, spread
from congestion_lab.core.errors import InputError
from congestion_lab.experiments.spec import Confirm, Experiment, Search


def test_cost_in_proportion_to_size_grows_with_power_one() -> None:
    assert scale.growth_exponent([10, 100, 1000], [0.2, 2.0, 20.0]) == pytest.approx(1.0)
    assert scale.growth_exponent([10, 100], [1.0, 100.0]) == pytest.approx(2.0)


def test_rank_correlation_sees_order_only() -> None:
    delays = np.array([30.0, 31.0, 50.0, 40.0])
    assert rank_correlation(delays, delays**3) == pytest.approx(1.0)
    assert rank_correlation(delays, -delays) == pytest.approx(-1.0)


def test_maps_are_chosen_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "EXTRACTS", tmp_path)
    with pytest.raises(InputError, match="no extracts to import"):
        imports.chosen(())
    for name in ("volos.osm.xml.gz", "cairo.osm.pbf", "README.md"):
        (tmp_path / name).touch()
    assert [path.name for path in imports.chosen(())] == ["cairo.osm.pbf", "volos.osm.xml.gz"]
    assert [path.name for path in imports.chosen(["volos"])] == ["volos.osm.xml.gz"]
    with pytest.raises(InputError, match=r"no map 'paris' — choose of cairo, volos"):
        imports.chosen(["volos", "paris"])


def test_spread_falls_with_more_plans() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(200)
    noisy = truth + 0.3 * rng.random(200)
    assert 0 < spread(rank_correlation, truth, noisy) < spread(rank_correlation, truth[:20], noisy[:20])


def test_published_delays_are_compared_as_ratios_to_their_fixed_plan() -> None:
    ratios = published.ratios({published.FIXED: (30.0, 40.0), "X": (20.0, 60.0)})
    assert ratios == {"X": (0.5, 1.5)}


@pytest.mark.parametrize("grid", [Grid(5, 5_000), Grid(20, 80_000)])
def test_grids_have_the_same_intensity(grid: Grid) -> None:
    passes = grid.vehicles * 2 * grid.side
    assert passes / grid.signals / (grid.demand_s / 3600) == pytest.approx(1500, rel=0.01)


def test_chart_places_decades_evenly_and_escapes_names() -> None:
    picture = log_log({"a & b": [(1.0, 1.0), (10.0, 10.0), (100.0, 100.0)]}, "x", "y")
    root = ET.fromstring(picture)  # noqa: S314 -- our own
    xs = [float(circle.get("cx", "nan")) for circle in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert xs[2] - xs[1] == pytest.approx(xs[1] - xs[0], abs=0.2)
    assert "a &amp; b" in picture


def test_answers_write_no_number_as_null(tmp_path: Path) -> None:
    Answer(table(("a", "b"), [(1, "x")]), {"delays": {1: math.inf, 2: (2.5, math.nan)}}).save(tmp_path, "q")
    assert (tmp_path / "q.md").read_text().splitlines() == ["| a | b |", "| --- | --- |", "| 1 | x |"]
    assert json.loads((tmp_path / "q.json").read_text()) == {"delays": {"1": None, "2": [2.5, None]}}


def test_mean_and_standard_deviation() -> None:
    assert mean_and_sd([1.0, 3.0]) == "2.0 ± 1.4"
    assert mean_and_sd([1.0], 2) == "1.00"
    assert mean_and_sd([]) == "–"


def _measured(ours_s: float = 80.0, *, sampler_s: float = 80.0) -> Measured:
    def rows(**means: float) -> list[Row]:
        return [Row(name, {101: mean, 102: mean}) for name, mean in means.items()]

    groups = {
        "ours": rows(**dict.fromkeys(quality.OURS, ours_s)),
        "tools": rows(webster=120.0, coord=99.0),
        "sampler": rows(all_seeds=sampler_s),
        "responsive": rows(**{quality.ACTUATED: 90.0, "SUMO delay_based": 10.0}),
    }
    return Measured("net", 7, Row("shipped", {101: 100.0, 102: 100.0}), groups)


def _verdicts(measured: Measured) -> list[str]:
    return [line.rsplit(": ", 1)[-1] for line in quality.verdicts(measured) if line]


def test_verdicts_name_what_is_reached_and_what_is_not() -> None:
    # seven controllers: a tenth below the sampler is asked
    assert _verdicts(_measured()) == ["reached", "reached", "**not reached**", "reached"]
    assert _verdicts(_measured(95.0, sampler_s=200.0)) == [
        "**not reached**",
        "**not reached**",
        "reached",
        "**not reached**",
    ]


def test_a_rivals_gridlock_does_not_make_ours_good() -> None:
    jammed = Row("shipped", {101: 80.0, 102: 80.0, 103: 900.0})
    ours = {"ours": [Row(name, {101: 78.0, 102: 78.0, 103: 78.0}) for name in quality.OURS]}
    assert _verdicts(replace(_measured(), shipped=jammed, groups=ours))[0] == "**not reached**"


def test_what_was_not_measured_reaches_nothing() -> None:
    assert _verdicts(replace(_measured(), groups={"ours": _measured().groups["ours"]}))[1:] == ["not measured"] * 3
    assert _verdicts(_measured(math.nan)) == ["not measured"] * 4


def test_every_group_may_be_left_out() -> None:
    assert main.GROUPS == quality.GROUPS


def test_best_plans_are_judged_by_themselves() -> None:
    truth = np.arange(9.0)
    fast = np.array([2.0, 1.0, 0.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert rank_correlation(fast, truth) > 0.9
    assert among_best(fast, truth) == pytest.approx(-1.0)


@pytest.mark.parametrize("control", quality.OURS.values())
def test_the_budget_of_the_comparison_is_a_valid_search(control: tuple[str, ...]) -> None:
    experiment = Experiment.model_construct(name="x", search=Search(signals=("a",)), confirm=Confirm())
    budgeted = quality.budgeted(experiment, control)
    assert (budgeted.search.control, budgeted.search.sumo_runs) == (control, quality.OUR_RUNS)
    assert (budgeted.search.signals, budgeted.confirm.seeds) == (("a",), quality.UNSEEN)
