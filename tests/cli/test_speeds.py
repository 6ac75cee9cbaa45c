"""`demand speeds`: measured speeds beside those of a run."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

RUN = "runs/town"


@pytest.mark.usefixtures("town")
def test_records_are_compared_with_the_run(run: Run, tmp_path: Path) -> None:
    run("simulate", "town.yaml", "--seeds", "1", "--engine", "queue", "-o", RUN)
    table = tmp_path / "taxis.csv"
    rows = [f"w1,2026-03-01 00:0{n},{20 + n},\n" for n in range(5)]
    table.write_text(
        "link_id,begin,speed_kmh,travel_time_s\n" + "".join(rows) + "w2,2026-03-01 00:02,,30\n"
        "w1,2026-03-06 00:01,99,\nw1,2026-03-01 12:00,99,\n"
    )
    told = run("demand", "speeds", table, RUN, "--json", "-o", tmp_path / "links.csv").json
    assert (told["links"], told["records"]) == (2, 6)
    by_link = {one["link"]: one for one in told["by_link"]}
    assert 21 < by_link["w1"]["measured_kmh"] < 22
    assert by_link["w1"]["low_kmh"] < by_link["w1"]["measured_kmh"] < by_link["w1"]["high_kmh"]
    assert by_link["w2"]["low_kmh"] is None
    assert 25 < by_link["w2"]["measured_kmh"] < 31
    assert by_link["w1"]["model_kmh"] > 0
    ended = run("demand", "speeds", table, RUN)
    assert "6 records on 2 links" in ended.out
    assert "left out: 1 records of days" in ended.err
    assert "left out: 1 records outside the analysed period, 00:00 to" in ended.err
    assert (tmp_path / "links.csv").read_text(encoding="utf-8-sig").startswith("link_id,records,measured_kmh")


@pytest.mark.usefixtures("town")
def test_bad_records_and_runs_are_told(run: Run, tmp_path: Path) -> None:
    run("simulate", "town.yaml", "--seeds", "1", "--engine", "queue", "-o", RUN)
    table = tmp_path / "taxis.csv"
    table.write_text("link_id,begin,speed_kmh\nw1,00:01,-3\nnowhere,00:01,30\nw1,00:01,30\n")
    ended = run("demand", "speeds", table, RUN)
    assert ended.code == 3
    assert "taxis.csv:2: `speed_kmh`: -3 km/h is no speed over a link" in ended.err
    assert "taxis.csv:3: nowhere: the link 'nowhere' is not in the network" in ended.err
    left = run("demand", "speeds", table, RUN, "--leave-out")
    assert left.code == 0
    assert "left out: 1 records at nowhere" in left.err
    assert run("demand", "speeds", table, tmp_path).code == 3
    table.write_text("link_id,begin,speed_kmh\nw1,12:01,30\n")
    assert "no record is left" in run("demand", "speeds", table, RUN).err
