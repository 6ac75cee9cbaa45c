from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import read_assumptions

_SHIPPED = Path(__file__).parents[3] / "networks/damascus/demand/am-peak.yaml"


def _changed(folder: Path, *changes: tuple[str, str]) -> Path:
    text = _SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    path = folder / "am-peak.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_is_read() -> None:
    assumptions = read_assumptions(_SHIPPED)
    assert assumptions.period.begin.value == 23_400  # 06:30
    assert assumptions.profile.end_s == 34_200
    assert [one.id for one in assumptions.vehicle_classes] == ["car", "taxi", "microbus", "bus", "truck", "motorcycle"]
    assert all((one.pcu >= 1) == (one.length_m > 3) == (one.id != "motorcycle") for one in assumptions.vehicle_classes)


def test_a_figure_without_origin_is_a_fault_at_its_line(tmp_path: Path) -> None:
    path = _changed(tmp_path, ('pcu: {value: 1.0, source: "by definition"}', "pcu: {value: 1.0}"))
    with pytest.raises(DemandError, match="source") as caught:
        read_assumptions(path)
    (fault,) = caught.value.faults
    line = next(
        n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "pcu: {value: 1.0}" in text
    )
    assert (fault.line, fault.key) == (line, "classes.car.pcu")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, ("detour_factor:", "detour:"), ('begin: {value: "06:30"', 'begin: {value: "half past six"')
    )
    with pytest.raises(DemandError) as caught:
        read_assumptions(path)
    keys = {fault.key for fault in caught.value.faults}
    assert {"period.begin.value", "distribution.detour", "distribution.detour_factor"} <= keys


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('end: {value: "09:30"', 'end: {value: "06:00"', "period is empty"),
        ('end: {value: "09:30"', 'end: {value: "10:30"', "one number per interval"),
        ("{car: 0.61,", "{car: 0.73,", "add up to"),
        ("{car: 0.61,", "{tram: 0.61,", "tram"),
    ],
)
def test_contradictions_are_faults(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DemandError, match=message):
        read_assumptions(_changed(tmp_path, (old, new)))


def test_what_is_no_yaml_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "am-peak.yaml"
    for text, message in (("a: [1", "no YAML"), ("- 1\n", "no keys")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DemandError, match=message):
            read_assumptions(path)
    with pytest.raises(DemandError, match="cannot be read"):
        read_assumptions(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 0.30", "value: .inf"),
        ("value: 0.30", "value: .nan"),
        ('source: "by definition"', 'source: "  "'),
    ],
)
def test_endless_figures_and_blank_sources_are_faults(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(DemandError):
        read_assumptions(_changed(tmp_path, (old, new)))


def test_a_file_nested_without_end_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("[" * 400_000, encoding="utf-8")
    with pytest.raises(DemandError, match="nested"):
        read_assumptions(tmp_path / "deep.yaml")
