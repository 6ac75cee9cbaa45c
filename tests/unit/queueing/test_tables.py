import math
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.simulation.tables import LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_END_S = 900.0


def ran(folder: Path, *, west: int, begin_s: float = 0.0, greens_s: tuple[float, float] | None = None) -> RunResult:
    """West and south meet at a signal; 100 vehicles come from the south."""
    net = roads.crossing(folder / "crossing")
    flows = [("west", "west_in east_out", west), ("south", "south_in north_out", 100)]
    demand = roads.routes(folder / "crossing", *(roads.flow(*each, end_s=_END_S) for each in flows))
    inputs = roads.inputs(net, demand, end_s=_END_S, analysis_begin_s=begin_s)
    engine = QueueEngine(partial(read_traffic, cache=folder / "cache"))
    plans = None if greens_s is None else roads.with_greens(net, greens_s)
    spec = RunSpec(inputs, 1, engine.name, engine.version, plans=plans, detail=Detail.FULL)
    return engine.run(spec, folder / "run")


@pytest.fixture(scope="module")
def jammed(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The west is far over capacity."""
    return ran(tmp_path_factory.mktemp("jammed"), west=500, greens_s=(60.0, 15.0))


def by_link(result: RunResult) -> dict[str, Any]:
    return {row.pop("link_id"): row for row in result.table(LINKS).to_dict("records")}


def test_time_on_links_is_the_time_of_trips(jammed: RunResult) -> None:
    """All but the junction, which takes a few seconds a vehicle."""
    on_links = jammed.table(LINKS)["sampled_s"].sum()
    in_network = jammed.table(TRIPS)["duration_s"].sum()
    assert 0.93 * in_network < on_links <= in_network


def test_time_lost_on_links_is_the_time_lost_by_vehicles(jammed: RunResult) -> None:
    lost = jammed.table(LINKS)["time_loss_s"].sum()
    assert lost == pytest.approx(jammed.table(TRIPS)["time_loss_s"].sum(), rel=0.05)


def test_vehicles_on_links_are_those_that_came(jammed: RunResult) -> None:
    links = by_link(jammed)
    trips = jammed.table(TRIPS)
    entered = trips[trips["departed_s"].notna()]["vehicle_id"].str.startswith("west").sum()
    assert links["west_in"]["vehicles"] == entered
    assert links["west_in"]["entered"] == 0
    assert links["east_out"]["entered"] == links["east_out"]["vehicles"] > 0


def test_a_link_over_capacity_is_full_and_slow(jammed: RunResult) -> None:
    links = by_link(jammed)
    assert links["west_in"]["spillback_share"] > 0.3
    assert links["west_in"]["max_queue_m"] > 370
    assert links["west_in"]["speed_mps"] < 4
    assert links["east_out"]["speed_mps"] > 10
    assert links["east_out"]["max_queue_m"] < 20  # two that close up before they leave
    assert links["west_in"]["density_vpkm"] == pytest.approx(links["west_in"]["sampled_s"] / _END_S / 0.4, rel=0.1)
    ratio = {name: link["waiting_s"] / link["sampled_s"] for name, link in links.items()}
    assert ratio["west_in"] > 0.5
    assert ratio["east_out"] < 0.1


def test_movements_count_those_that_still_queue(jammed: RunResult) -> None:
    moves = jammed.table(MOVEMENTS).set_index("from_link")["vehicles"]
    links = by_link(jammed)
    crossed = links["east_out"]["entered"]
    came = links["west_in"]["vehicles"]
    assert crossed + 40 < moves["west_in"] <= came


def test_warm_up_does_not_count(tmp_path: Path) -> None:
    late = ran(tmp_path, west=100, begin_s=600.0)
    links = by_link(late)
    trips = late.table(TRIPS)
    west = trips[trips["vehicle_id"].str.startswith("west")]
    assert links["west_in"]["vehicles"] == (west["departed_s"] >= 600).sum()
    assert sum(link["sampled_s"] for link in links.values()) < trips["duration_s"].sum() / 2
    assert late.table(MOVEMENTS)["vehicles"].sum() < 100


def test_free_vehicles_lose_nothing(tmp_path: Path) -> None:
    net = roads.road(tmp_path / "road", length_m=1000.0, speed_mps=20.0)
    demand = roads.routes(
        tmp_path / "road",
        roads.EVEN_DRIVER,
        roads.flow("f", "main", 5, end_s=100, attributes='type="car" departSpeed="max"'),
    )
    inputs = roads.inputs(net, demand, end_s=100)
    engine = QueueEngine(partial(read_traffic, cache=tmp_path / "cache"))
    result = engine.run(RunSpec(inputs, 1, engine.name, engine.version, detail=Detail.FULL), tmp_path / "run")
    trips, link = result.table(TRIPS), result.table(LINKS).iloc[0]
    assert trips["time_loss_s"].max() < 0.5
    assert (trips["stops"] == 0).all()
    assert link["speed_mps"] == pytest.approx(20, rel=0.02)
    assert link["time_loss_s"] < 2
    # whoever is on the way at the end has come as far as one drives in the time
    driving = trips[trips["arrived_s"].isna()]
    assert len(driving) == 2
    assert driving["distance_m"].tolist() == pytest.approx((20 * driving["duration_s"]).tolist(), rel=0.02)


def test_links_without_vehicles_are_listed(tmp_path: Path) -> None:
    empty = by_link(ran(tmp_path, west=0))["west_in"]
    assert math.isnan(empty.pop("speed_mps"))
    assert set(empty.values()) == {0.0}
