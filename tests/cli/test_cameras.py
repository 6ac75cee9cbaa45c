"""`demand cameras`: the best sites of a town."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.usefixtures("town")
def test_the_avenue_is_watched_first(run: Run) -> None:
    told = run("demand", "cameras", "town.yaml", "--budget", "5", "--at", "link", "--json", "-o", "cameras.svg").json
    assert told["vehicles"] == 180
    assert told["pairs"] == 3
    assert [one["sites"][0] in {"w1", "w2", "w3"} for one in told["choices"]] == [True] * 3
    assert [round(180 * one["flow_share"]) for one in told["choices"]] == [140, 160, 180]
    assert told["choices"][-1]["unique_share"] == 1
    assert Path("cameras.svg").read_text().startswith("<svg")
    ended = run("demand", "cameras", "town.yaml", "--budget", "5", "--at", "signal", "--existing", "x")
    assert ended.code == 0, ended.err
    assert "1 existing cameras" in ended.out
    assert "1 new cameras see all" in ended.err
    assert "  1  y  +11.1 % of vehicles, +33.3 % of pairs" in ended.out


@pytest.mark.usefixtures("town")
def test_unknown_sites_and_weights_of_nothing(run: Run) -> None:
    ended = run("demand", "cameras", "town.yaml", "--budget", "2", "--at", "link", "--existing", "w33", "-o", "c.svg")
    assert ended.code == 3
    assert "there is no site 'w33' — did you mean 'w3'?" in ended.err
    assert not Path("c.svg").exists()
    zero = ("--flow-weight", "0", "--pair-weight", "0")
    assert run("demand", "cameras", "town.yaml", "--budget", "2", *zero).code == 2
    assert run("demand", "cameras", "town.yaml", "--budget", "0").code == 2
