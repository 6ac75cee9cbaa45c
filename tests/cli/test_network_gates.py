"""`network gates`, and what is told of a folder without demand."""

import shutil
from pathlib import Path

import pytest

from congestion_lab.demand.trips.zones import read_zones
from tests.cli.conftest import Run

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"


def test_gates_of_a_network_are_listed_with_their_coordinates(run: Run, tmp_path: Path) -> None:
    told = run("network", "gates", _DAMASCUS, "--json").json
    assert told["projection"].startswith("+proj=utm +zone=37")
    listed = {end["node"]: end for end in told["gates"]}
    rim = [zone for zone in read_zones(_DAMASCUS / "demand/zones.csv") if zone.node in listed]
    assert len(rim) >= 5
    for zone in rim:
        end = listed[zone.node]
        assert end["both_ways"]
        assert (end["lat"], end["lon"]) == (pytest.approx(zone.lat, abs=0.01), pytest.approx(zone.lon, abs=0.01))
    for name in ("network.yaml", "damascus.net.xml.gz"):  # a folder of an imported net, without tables of roads
        shutil.copy(_DAMASCUS / name, tmp_path / name)
    assert run("network", "gates", tmp_path, "--json").json == told
    printed = run("network", "gates", _DAMASCUS).out
    assert all(node in printed for node in listed)


@pytest.mark.usefixtures("town")
def test_a_net_without_projection_says_so(run: Run) -> None:
    ended = run("network", "gates", "roads.net.xml")
    assert "no geographic projection" in ended.err
    assert ["no"] in [line.split()[-1:] for line in ended.out.splitlines()]
    assert "projection: none" in ended.out


def test_a_folder_without_demand_is_told_what_it_lacks(run: Run, tmp_path: Path) -> None:
    ended = run("demand", "build", tmp_path)
    assert ended.code == 3
    told = "the folder lacks network.yaml, demand/zones.csv, demand/<model>.yaml — docs/your-own-city.md says how"
    assert told in ended.err
    (tmp_path / "demand").mkdir()
    (tmp_path / "demand/zones.csv").touch()
    assert "the folder lacks network.yaml, demand/<model>.yaml —" in run("demand", "build", tmp_path).err
    assert "there is no such folder" in run("demand", "build", tmp_path / "nowhere").err
    assert (Path(__file__).parents[2] / "docs/your-own-city.md").is_file()
