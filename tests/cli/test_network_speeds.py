"""`network speeds`: how fast traffic is by road class."""

from pathlib import Path

import pytest

from congestion_lab.experiments.runset import load_run_set
from congestion_lab.simulation.tables import LINKS
from tests.cli.conftest import Run

RUN = "runs/town"
SEEDS = ("1", "2")


@pytest.mark.usefixtures("town")
def test_speed_is_distance_over_time_of_all_links_of_a_class(run: Run) -> None:
    run("simulate", "town.yaml", "--seeds", "2", "--engine", "queue", "-o", RUN)
    told = run("network", "speeds", RUN, "--json").json
    together = told["speeds"][-1]
    assert (together["class"], tuple(together["speed_kmh"])) == ("all of these", SEEDS)
    assert together["links"] == sum(one["links"] for one in told["speeds"][:-1])
    for seed, result in load_run_set(Path(RUN)).by_seed.items():
        links = result.table(LINKS).dropna(subset="speed_mps")
        metres = (links["speed_mps"] * links["sampled_s"]).sum()
        assert together["speed_kmh"][str(seed)] == pytest.approx(3.6 * metres / links["sampled_s"].sum())
    printed = run("network", "speeds", RUN).out
    assert "town, queue model, seeds 1, 2 (km/h)" in printed
    values = together["speed_kmh"].values()
    assert f"{sum(values) / 2:.1f}" in printed.splitlines()[-2]


@pytest.mark.usefixtures("town")
def test_what_cannot_be_asked_is_told(run: Run, tmp_path: Path) -> None:
    run("simulate", "town.yaml", "--seeds", "1", "--engine", "queue", "-o", RUN)
    nowhere = run("network", "speeds", RUN, "--around", "33.5", "36.3", "3")
    assert nowhere.code == 2
    assert "no geographic coordinates" in nowhere.err
    unknown = run("network", "speeds", RUN, "--class", "canal")
    assert unknown.code == 2
    assert "no link has the class 'canal'; the network's links have none; leave `--class` out" in unknown.err
    assert run("network", "speeds", RUN, "--around", "91", "36.3", "3").code == 2
    assert run("network", "speeds", tmp_path).code == 3
