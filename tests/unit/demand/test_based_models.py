"""Demand models that are based on another and say only what differs."""

import shutil
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.trips.assumptions import model_names, read_model
from tests.faults import faults_of

_SHIPPED = Path(__file__).parents[3] / "networks/damascus/demand/am-peak.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demand").mkdir()
    shutil.copy(_SHIPPED, tmp_path / "demand")
    return tmp_path


def _write(folder: Path, text: str, name: str = "late") -> Path:
    path = folder / "demand" / f"{name}.yaml"
    path.write_text(f"name: {name}\n{text}", encoding="utf-8")
    return path


def _faults(folder: Path, text: str) -> tuple[Fault, ...]:
    _write(folder, text)
    return faults_of(DemandError, read_model, folder, "late")


def test_what_is_said_replaces_a_figure_and_the_rest_is_the_bases(folder: Path) -> None:
    _write(folder, "based_on: am-peak\nwork:\n  homeward: {value: 1.5, assumption: all go home}\n")
    late, base = read_model(folder, "late"), read_model(folder, "am-peak")
    assert (late.work.homeward.value, late.work.homeward.assumption) == (1.5, "all go home")
    assert late.work.toward == base.work.toward
    assert late.model_copy(update={"name": "am-peak", "work": base.work}) == base


def test_a_figure_that_is_a_table_is_replaced_as_a_whole(folder: Path) -> None:
    _write(folder, "based_on: am-peak\nthrough:\n  entering_veh: {value: {gate_homs: 5, gate_tall: 5}, source: own}\n")
    assert read_model(folder, "late").through.entering_veh.value == {"gate_homs": 5, "gate_tall": 5}


def test_the_base_does_not_know_of_it(folder: Path) -> None:
    before = read_model(folder, "am-peak")
    _write(folder, "based_on: am-peak\nlevel: {value: 9, assumption: other}\n")
    read_model(folder, "late")
    assert read_model(folder, "am-peak") == before
    assert model_names(folder) == ("am-peak", "late")


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("based_on: am-peak\n\nlevel: {value: -1, assumption: x}\n", 4, "level.value"),
        ("based_on: am-peak\nlevel: {valu: 1, assumption: x}\n", 3, "level.value"),
        ("based_on: am-peak\nlevel: {value: 1}\n", 3, "level"),
        ("based_on: am-peak\nlevel: 1\n", 3, "level"),
        ("based_on: am-peak\nwork:\n  homward: {value: 1, assumption: x}\n", 4, "work.homward"),
        ("based_on: am-peak\nperiod:\n  end: {value: '06:00', assumption: x}\n", 3, "period"),
        ("based_on: am-peak\nclasses:\n  car:\n    pcu: {value: 0, assumption: x}\n", 5, "classes.car.pcu.value"),
    ],
)
def test_a_fault_of_its_own_is_told_at_its_line(folder: Path, text: str, line: int, key: str) -> None:
    told = {(Path(fault.source).name, fault.line, fault.key) for fault in _faults(folder, text)}
    assert ("late.yaml", line, key) in told
    assert {source for source, _, _ in told} == {"late.yaml"}


def test_a_fault_of_the_base_is_told_there(folder: Path) -> None:
    base = folder / "demand" / "am-peak.yaml"
    lines = base.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "detour_factor" in line)
    lines[place] = '  detour_factor: {value: 0.5, assumption: "too short"}'
    base.write_text("\n".join(lines), encoding="utf-8")
    faults = _faults(folder, "based_on: am-peak\nlevel: {value: -1, assumption: x}\n")
    told = {(Path(fault.source).name, fault.line, fault.key) for fault in faults}
    assert told == {("am-peak.yaml", place + 1, "distribution.detour_factor.value"), ("late.yaml", 3, "level.value")}


@pytest.mark.parametrize(
    ("base", "rule"),
    [
        ("late", "based on itself"),
        ("../elsewhere", "no file beside this one"),
        ("am-peak.yaml", "no file beside this one"),
        ("nowhere", "no file beside this one"),
        ("3", "no file beside this one"),
    ],
)
def test_a_base_that_cannot_be_one_is_a_fault(folder: Path, base: str, rule: str) -> None:
    (folder / "elsewhere.yaml").write_bytes(_SHIPPED.read_bytes())
    (fault,) = _faults(folder, f"based_on: {base}\n")
    assert rule in fault.rule
    assert (Path(fault.source).name, fault.line, fault.key) == ("late.yaml", 2, "based_on")


def test_chains_and_cycles_are_faults(folder: Path) -> None:
    _write(folder, "based_on: am-peak\n", "middle")
    (fault,) = _faults(folder, "based_on: middle\n")
    assert "'middle' is itself based on 'am-peak'" in fault.rule
    _write(folder, "based_on: late\n", "middle")
    (fault,) = _faults(folder, "based_on: middle\n")
    assert "'middle' is itself based on 'late'" in fault.rule
    assert (Path(fault.source).name, fault.line) == ("late.yaml", 2)


def test_a_model_is_named_as_its_file(folder: Path) -> None:
    (folder / "demand" / "late.yaml").write_text("based_on: am-peak\n", encoding="utf-8")
    with pytest.raises(DemandError, match="names itself 'am-peak'"):
        read_model(folder, "late")
    with pytest.raises(DemandError, match="choose one of am-peak, late"):
        read_model(folder, "lunch")
