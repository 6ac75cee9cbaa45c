from pathlib import Path

from congestion_lab.scenarios.schema import load_scenario
from congestion_lab.scenarios.writing import write_scenario

_TEXT = """\
name: town
network: {file: roads.net.xml}
demand: {routes: [demand.rou.xml], depart_jitter_s: 5}
period: {begin: "07:30", end: "08:30", warm_up: "00:15"}
closures: [w1]
"""


def test_a_scenario_written_elsewhere_reads_back_as_the_same(tmp_path: Path) -> None:
    for name in ("roads.net.xml", "demand.rou.xml"):
        (tmp_path / name).touch()
    (tmp_path / "town.yaml").write_text(_TEXT)
    scenario = load_scenario(tmp_path / "town.yaml")
    target = tmp_path / "elsewhere" / "deep" / "town.yaml"
    write_scenario(target, scenario, heading="made\nfrom another")
    assert load_scenario(target) == scenario
    lines = target.read_text().splitlines()
    assert lines[:2] == ["# made", "# from another"]
    assert "file: ../../roads.net.xml" in target.read_text()
    assert 'warm_up: "00:15"' in target.read_text()
    assert "signals" not in target.read_text()
