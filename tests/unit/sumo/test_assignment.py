from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.connectors import Connector, StreetFlow
from congestion_lab.sumo.demand.assignment import Settings, assigned
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program

_SETTINGS = Settings("SUE", 10, 4, 8.0, 4.0, 1)
_STREETS = (
    Connector("w.0", "w", ("left0A0",), ("A0left0",)),
    Connector("e.0", "e", ("right3D3",), ("D3right3",)),
)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    net = tmp_path_factory.mktemp("grid") / "grid.net.xml"
    size = ("--grid.number", "4", "--grid.length", "200", "--grid.attach-length", "200")
    run_program([binary("netgenerate"), "--grid", *size, "-L", "2", "--no-turnarounds", "-o", net])
    return net


def _assigned(grid: Path, *flows: StreetFlow) -> tuple[tuple[tuple[str, ...], float], ...]:
    found = assigned(grid, _STREETS, flows, _SETTINGS, peak_hour_share=0.4, pcu={"local": 1.2})
    return tuple((one.links, one.vehicles) for one in found)


def test_demand_is_kept_and_spreads_over_routes(grid: Path) -> None:
    routes = _assigned(grid, StreetFlow("w.0", "e.0", 4000.0, "local"))
    assert sum(vehicles for _, vehicles in routes) == pytest.approx(4000)
    assert len(routes) > 1
    assert all(links[0] == "left0A0" and links[-1] == "D3right3" for links, _ in routes)


def test_the_same_input_gives_the_same_routes(grid: Path) -> None:
    flow = StreetFlow("e.0", "w.0", 500.0, "local")
    assert _assigned(grid, flow) == _assigned(grid, flow)


def test_an_unreachable_street_is_a_fault(grid: Path) -> None:
    with pytest.raises(DemandError, match=r"w\.0.*e\.0"):
        assigned(
            grid,
            (Connector("w.0", "w", ("A0left0",), ("A0left0",)), _STREETS[1]),
            [StreetFlow("w.0", "e.0", 5.0, "local")],
            _SETTINGS,
            peak_hour_share=1.0,
            pcu={"local": 1.0},
        )
