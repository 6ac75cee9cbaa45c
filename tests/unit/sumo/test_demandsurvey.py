import math
from pathlib import Path

import pytest

from congestion_lab.sumo.routes.demandsurvey import survey


def _routes(folder: Path, text: str) -> Path:
    path = folder / "x.rou.xml"
    path.write_text(f"<routes>\n{text}\n</routes>\n")
    return path


def test_counts_what_departs_in_the_period(tmp_path: Path) -> None:
    path = _routes(
        tmp_path,
        """<vehicle id="early" depart="9"><route edges="a b"/></vehicle>
        <vehicle id="in" depart="10"><route edges="a b"/></vehicle>
        <trip id="late" depart="20" from="a" to="b"/>
        <flow id="through" begin="0" end="100" number="4" from="a" to="b" via="b"/>
        <flow id="nobody" begin="0" end="500" vehsPerHour="0" from="a" to="b"/>
        <flow id="none" begin="0" end="500" perHour="0" from="a" to="b"/>""",
    )
    found = survey([path], {"a", "b"}, 10, 20)
    assert found.vehicles == 2
    assert found.last_departure_s == 100
    assert list(found.faults()) == []


@pytest.mark.parametrize(("begin_s", "end_s", "last_s"), [(90_000, 93_600, 93_600), (0, math.inf, 86_400)])
def test_a_flow_without_times_lasts_as_long_as_the_simulation(
    tmp_path: Path, begin_s: float, end_s: float, last_s: float
) -> None:
    found = survey([_routes(tmp_path, '<flow id="f" period="9" from="a" to="a"/>')], {"a"}, begin_s, end_s)
    assert (found.vehicles, found.last_departure_s) == (1, last_s)


def test_unknown_links_are_summed_up(tmp_path: Path) -> None:
    vehicles = "\n".join(f'<vehicle id="{n}" depart="0"><route edges="a x{n} y"/></vehicle>' for n in range(7))
    faults = list(survey([_routes(tmp_path, vehicles)], {"a"}, 0, 10).faults())
    assert len(faults) == 6
    assert (faults[0].line, faults[0].rule) == (2, "the link 'x0' is not in the network (1 mention)")
    assert "'y'" in faults[1].rule
    assert "(7 mentions)" in faults[1].rule
    assert faults[5].rule == "3 more links of the routes are not in the network"


@pytest.mark.parametrize(
    ("name", "begin_s", "end_s", "vehicles"),
    [
        ("cologne3/cologne3.rou.xml.gz", 25_200, 28_800, 2856),
        ("ingolstadt1/ingolstadt1.rou.xml.gz", 57_600, 61_200, 1716),
        ("grid4x4/grid4x4_1.rou.xml.gz", 0, 3600, 1473),
    ],
)
def test_published_demand_is_counted_as_published(
    bench_folder: Path, name: str, begin_s: float, end_s: float, vehicles: int
) -> None:
    assert survey([bench_folder / name], set(), begin_s, end_s).vehicles == vehicles
