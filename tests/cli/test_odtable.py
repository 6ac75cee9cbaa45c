"""`demand od`: trips checked against zones."""

from pathlib import Path

import pytest

from congestion_lab.demand.trips.odreading import read_od
from tests.cli.conftest import Run

_ZONES = (
    "id,name_en,name_ar,kind,lat,lon,node\n-a,A,أ,district,33.5,36.2,\nb,B,ب,district,33.4,36.2,\n"
    "c,C,ج,gate,33.3,36.1,n\n"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("zones.csv").write_text(_ZONES, encoding="utf-8")


def test_trips_are_told_and_written(run: Run) -> None:
    Path("od.csv").write_text("origin;destination;vehicles\n-a;b;12,5\nb;b;3\n", encoding="utf-8")
    ended = run("demand", "od", "od.csv", "--zones", "zones.csv", "-o", "long.csv")
    assert ended.code == 0, ended.err
    assert "15.5 vehicles in 2 cells between 2 zones, 3.0 within one" in ended.out
    assert "zones without trips: c" in ended.out
    assert "\n'-a,b,12.5" in Path("long.csv").read_text(encoding="utf-8-sig").replace("\r", "")
    zones = ("-a", "b", "c")
    assert read_od(Path("long.csv"), zones).cells == read_od(Path("od.csv"), zones).cells
    assert run("demand", "od", "od.csv", "--zones", "zones.csv", "--json").json["vehicles"] == 15.5


@pytest.mark.parametrize("out", ["od.csv", "zones.csv"])
def test_a_table_that_is_read_is_never_overwritten(run: Run, out: str) -> None:
    Path("od.csv").write_text("origin,destination,vehicles\n-a,b,1\n", encoding="utf-8")
    before = Path(out).read_text(encoding="utf-8")
    ended = run("demand", "od", "od.csv", "--zones", "zones.csv", "-o", out)
    assert ended.code == 3
    assert f"{out}: `--out`: this is what is read" in ended.err
    assert Path(out).read_text(encoding="utf-8") == before


def test_unknown_zones_are_refused(run: Run) -> None:
    Path("od.csv").write_text("origin,destination,vehicles\n-a,elsewhere,1\nb,-a,-1\n", encoding="utf-8")
    ended = run("demand", "od", "od.csv", "--zones", "zones.csv", "-o", "long.csv")
    assert ended.code == 3
    assert "od.csv:2: there is no zone 'elsewhere'" in ended.err
    assert "od.csv:3: -1 vehicles: trips are not negative" in ended.err
    assert not Path("long.csv").exists()
