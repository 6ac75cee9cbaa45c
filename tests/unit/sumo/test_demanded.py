import gzip
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.sumo.routes.demanded import departures, mentions


def demand(folder: Path, *lines: str) -> Path:
    path = folder / "demand.rou.xml"
    path.write_text(f"<routes>{''.join(lines)}</routes>")
    return path


def times(path: Path, **more: float) -> dict[str, float]:
    table = departures([path], **({"begin_s": 0, "end_s": 3600} | more))
    return dict(zip(table["vehicle_id"], table["demanded_s"], strict=True))


def test_vehicles_and_trips_are_read_with_clock_times_and_types(tmp_path: Path) -> None:
    path = demand(
        tmp_path,
        '<vehicle id="a" depart="5.5" type="bus"><route edges="x"/></vehicle>',
        '<trip id="b" depart="0:10:30"/>',
        '<vehicle id="c" depart="triggered"/>',
        '<vehicle id="d" depart="3600"/>',
    )
    assert times(path) == {"a": 5.5, "b": 630}
    assert list(departures([path], begin_s=0, end_s=3600)["vehicle_class"]) == ["bus", "DEFAULT_VEHTYPE"]
    assert times(path, begin_s=600) == {"b": 630}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('begin="100" end="200" number="4"', [100, 125, 150, 175]),
        ('begin="0" end="100" period="40"', [0, 40, 80]),
        ('begin="0" end="100" vehsPerHour="90"', [0, 40, 80]),
        ('begin="0" end="100" probability="0.025"', [0, 40, 80]),
        ('begin="0" end="100" period="exp(0.025)"', [0, 40, 80]),
        ('begin="3500" period="60"', [3500, 3560]),
        ('begin="0" number="2" period="60"', [0, 60]),
        ('begin="0" end="100" vehsPerHour="0"', []),
        ('begin="0" end="100" number="0"', []),
        ('period="1200"', [0, 1200, 2400]),
        ('begin="1200" number="2"', [1200, 2400]),
    ],
)
def test_flows_are_written_out(tmp_path: Path, attributes: str, expected: list[float]) -> None:
    found = times(demand(tmp_path, f'<flow id="f" {attributes}/>'))
    assert list(found) == [f"f.{index}" for index in range(len(expected))]
    assert list(found.values()) == pytest.approx(expected)


@pytest.mark.parametrize(("scale", "count"), [(0.5, 50), (1.25, 125), (2.0, 200), (0.0, 0)])
def test_scale_repeats_or_drops_evenly(tmp_path: Path, scale: float, count: int) -> None:
    path = demand(tmp_path, '<flow id="f" begin="0" end="1000" number="100"/>')
    found = times(path, scale=scale)
    assert len(found) == count
    if count:
        assert sum(found.values()) / count == pytest.approx(495, abs=10)


def test_a_scaled_flow_is_denser_with_the_names_that_sumo_gives(tmp_path: Path) -> None:
    path = demand(tmp_path, '<flow id="f" begin="0" end="100" period="50"/>', '<vehicle id="v" depart="7"/>')
    assert times(path, scale=2) == {"v": 7, "v.1": 7, "f.0": 0, "f.1": 25, "f.2": 50, "f.3": 75}


def test_broken_demand_is_a_fault_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "demand.rou.xml"
    path.write_text("<routes><vehicle")
    with pytest.raises(DemandError, match=r"demand\.rou\.xml"):
        departures([path], begin_s=0, end_s=1)


def test_text_is_found_across_blocks_and_in_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("congestion_lab.sumo.routes.demanded._BLOCK_BYTES", 8)
    path = tmp_path / "packed-whatever-its-name"
    with gzip.open(path, "wb") as stream:
        stream.write(b"<routes>123<person id='p'/></routes>")
    assert mentions([path], b"<person")
    assert not mentions([path], b"<container")
