from pathlib import Path

import pytest

from congestion_lab.core.errors import InputError, ScenarioError
from congestion_lab.sumo.files.cleaning import cleaned
from congestion_lab.sumo.files.xmlfiles import tree
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program


def _file(folder: Path, text: str, name: str = "x.add.xml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<additional>\n{text}\n</additional>\n")
    return path


def test_a_file_that_writes_nothing_is_used_as_it_is(tmp_path: Path) -> None:
    path = _file(tmp_path, '<vType id="a"/><inductionLoop id="l" lane="e_0" pos="1" freq="60" file="NUL"/>')
    assert cleaned(path, tmp_path / "cache") == path
    assert not (tmp_path / "cache").exists()


def test_outputs_go_to_the_null_device_or_away(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """<edgeData id="d" file="edges.xml"/>
        <inductionLoop id="l" lane="e_0" pos="1" freq="60" file="sub/loops.xml"/>
        <calibrator id="c" edge="e" pos="0" output="calibrated.xml"/>
        <timedEvent type="SaveTLSStates" source="t" dest="states.xml"/>
        <vType id="v"><param key="device.ssm.file" value="conflicts.xml"/><param key="note" value="kept"/></vType>
        <tlLogic id="t" programID="p" type="actuated"><param key="file" value="detectors.xml"/></tlLogic>""",
    )
    before = path.read_bytes()
    root = tree(cleaned(path, tmp_path / "cache"))
    assert [child.tag for child in root] == ["inductionLoop", "calibrator", "vType", "tlLogic"]
    assert root[0].get("file") == "NUL"
    assert root[1].get("output") == "NUL"
    assert [param.get("value") for param in root.iter("param")] == ["NUL", "kept", "NUL"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "name", ["../up.xml", "/abs.xml", "a/../../up.xml", "C:\\abs.xml", "..\\up.xml", "\\\\host\\x", "host:4711"]
)
def test_outputs_that_leave_the_folder_are_faults(tmp_path: Path, name: str) -> None:
    text = f'<edgeData id="d" file="{name}"/>\n<vType id="v"><param key="device.toc.file" value="{name}"/></vType>'
    with pytest.raises(ScenarioError) as caught:
        cleaned(_file(tmp_path, text), tmp_path / "cache")
    told = [(fault.line, fault.key) for fault in caught.value.faults]
    assert told == [(2, "edgeData.file"), (3, "param.value")]
    assert not (tmp_path / "cache").exists()


def test_a_recorder_without_a_file_name_is_taken_out(tmp_path: Path) -> None:
    path = _file(
        tmp_path, '<vType id="v"><param key="has.ssm.device" value="true"/><param key="note" value="x"/></vType>'
    )
    assert [param.get("key") for param in tree(cleaned(path, tmp_path / "cache")).iter("param")] == ["note"]


def test_sumo_writes_nothing_beside_a_cleaned_file(tmp_path: Path) -> None:
    grid = ("--grid", "--grid.number", "2", "--tls.set", "A0", "--output-file", tmp_path / "grid.net.xml")
    run_program([binary("netgenerate"), *grid])
    (tmp_path / "x.rou.xml").write_text('<routes><trip id="v" type="car" depart="0" from="A0A1" to="A1B1"/></routes>')
    path = _file(
        tmp_path,
        """<edgeData id="a" file="1.xml"/><laneData id="b" file="2.xml"/>
        <inductionLoop id="c" lane="A0A1_0" pos="5" period="60" file="3.xml"/>
        <instantInductionLoop id="d" lane="A0A1_0" pos="5" file="4.xml"/>
        <laneAreaDetector id="e" lane="A0A1_0" pos="5" endPos="20" period="60" file="5.xml"/>
        <routeProbe id="r" edge="A0A1" period="60" file="6.xml"/><vTypeProbe id="p" period="10" file="7.xml"/>
        <calibrator id="k" edge="A0A1" pos="0" period="1" routeProbe="r" output="8.xml">
          <flow begin="0" end="100" speed="10"/>
        </calibrator>
        <timedEvent type="SaveTLSStates" source="A0" dest="9.xml"/>
        <vType id="car"><param key="has.ssm.device" value="true"/></vType>""",
    )
    files = ("--net-file", tmp_path / "grid.net.xml", "--route-files", tmp_path / "x.rou.xml")
    before = set(tmp_path.rglob("*"))
    copy = cleaned(path, tmp_path / "cache")
    run_program([binary("sumo"), *files, "--additional-files", copy, "--no-step-log"], cwd=tmp_path)
    assert set(tmp_path.rglob("*")) - before == {copy, copy.parent, copy.parent.parent, tmp_path / "cache"}


def test_settings_in_another_file_are_faults(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="another file"):
        cleaned(_file(tmp_path, '<rerouter id="r" edges="e" file="more.xml"/>'), tmp_path / "cache")


def test_includes_are_put_in_place(tmp_path: Path) -> None:
    _file(tmp_path, '<vType id="inner"/><edgeData id="d" file="edges.xml"/>', "sub/inner.xml")
    path = _file(tmp_path, '<vType id="a"/><include href="sub/inner.xml"/><vType id="z"/>')
    copy = cleaned(path, tmp_path / "cache")
    assert [child.get("id") for child in tree(copy)] == ["a", "inner", "z"]
    _file(tmp_path, '<vType id="other"/>', "sub/inner.xml")
    assert cleaned(path, tmp_path / "cache") != copy


def test_includes_that_leave_or_loop_are_faults(tmp_path: Path) -> None:
    _file(tmp_path, '<vType id="v"/>', "outside.xml")
    home = tmp_path / "home"
    _file(home, '<include href="link.xml"/>')
    (home / "link.xml").symlink_to(tmp_path / "outside.xml")
    with pytest.raises(InputError, match="leaves the folder"):
        cleaned(home / "x.add.xml", tmp_path / "cache")
    with pytest.raises(InputError, match="outside the scenario's folder"):
        cleaned(_file(home, '<include href="../outside.xml"/>'), tmp_path / "cache")
    with pytest.raises(InputError, match="missing"):
        cleaned(_file(home, '<include href="none.xml"/>'), tmp_path / "cache")
    with pytest.raises(InputError, match="includes itself"):
        cleaned(_file(home, '<include href="x.add.xml"/>'), tmp_path / "cache")
