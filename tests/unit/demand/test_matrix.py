from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import Assumptions, read_assumptions, read_model
from congestion_lab.demand.trips.matrix import ODMatrix, period_matrix, straight_distances_km
from congestion_lab.demand.trips.zones import Zone, read_zones

_FOLDER = Path(__file__).parents[3] / "networks/damascus/demand"


@pytest.fixture(scope="module")
def zones() -> tuple[Zone, ...]:
    return read_zones(_FOLDER / "zones.csv")


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return read_assumptions(_FOLDER / "am-peak.yaml")


@pytest.fixture(scope="module")
def matrix(zones: tuple[Zone, ...], assumptions: Assumptions) -> ODMatrix:
    return period_matrix(zones, assumptions)


def _with(assumptions: Assumptions, group: str, name: str, value: object) -> Assumptions:
    figure = getattr(getattr(assumptions, group), name).model_copy(update={"value": value})
    return assumptions.model_copy(update={group: getattr(assumptions, group).model_copy(update={name: figure})})


def test_every_zone_sends_to_and_receives_from_every_district(matrix: ODMatrix) -> None:
    off_diagonal = ~np.eye(len(matrix.zones), dtype=bool)
    between_gates = np.array([[a.is_gate and b.is_gate for b in matrix.zones] for a in matrix.zones])
    assert (matrix.trips[off_diagonal & ~between_gates] > 0).all()
    assert np.trace(matrix.trips) == 0


def test_mornings_load_toward_the_centre(matrix: ODMatrix) -> None:
    index = {zone.id: k for k, zone in enumerate(matrix.zones)}
    arriving, leaving = matrix.trips.sum(axis=0), matrix.trips.sum(axis=1)
    for central in ("saroja", "baramkeh", "qanawat", "government"):
        assert arriving[index[central]] > 1.5 * leaving[index[central]]
    for outer in ("jaramana", "mezzeh_86", "tadamon"):
        assert leaving[index[outer]] > 1.5 * arriving[index[outer]]


def test_an_afternoon_is_the_morning_transposed(zones: tuple[Zone, ...], assumptions: Assumptions) -> None:
    morning = _with(_with(assumptions, "work", "toward", 0.8), "work", "homeward", 0.2)
    afternoon = _with(_with(assumptions, "work", "toward", 0.2), "work", "homeward", 0.8)
    out, home = period_matrix(zones, morning).trips, period_matrix(zones, afternoon).trips
    np.testing.assert_allclose(home, out.T, rtol=1e-6)  # as far as balancing goes
    np.testing.assert_allclose(home.sum(axis=0), out.sum(axis=1))
    assert abs(out.sum(axis=0) - out.sum(axis=1)).max() > 100  # one way differs from the other at all


def test_the_afternoon_takes_home_whom_the_morning_brought(zones: tuple[Zone, ...], matrix: ODMatrix) -> None:
    afternoon = period_matrix(zones, read_model(_FOLDER.parent, "pm-peak")).trips
    morning_gain = matrix.trips.sum(axis=0) - matrix.trips.sum(axis=1)
    afternoon_gain = afternoon.sum(axis=0) - afternoon.sum(axis=1)
    assert np.corrcoef(morning_gain, afternoon_gain)[0, 1] < -0.95


def test_visits_go_where_they_are_drawn(zones: tuple[Zone, ...], assumptions: Assumptions) -> None:
    index = {zone.id: k for k, zone in enumerate(zones)}
    idle = _with(_with(assumptions, "work", "toward", 0.0), "work", "homeward", 0.0)
    out = period_matrix(zones, _with(idle, "visits", "toward", 1.0))
    weights = dict(assumptions.visits.attraction.value, shaalan=0.0)
    elsewhere = _with(_with(idle, "visits", "toward", 1.0), "visits", "attraction", weights)
    assert out.trips.sum(axis=0)[index["shaalan"]] > out.trips.sum(axis=0)[index["mezzeh_86"]]
    assert period_matrix(zones, elsewhere).trips[:, index["shaalan"]].sum() == 0


def test_kinds_follow_the_gates(matrix: ODMatrix) -> None:
    index = {zone.id: k for k, zone in enumerate(matrix.zones)}
    assert matrix.kind(index["midan"], index["saroja"]) == "local"
    assert matrix.kind(index["gate_homs"], index["saroja"]) == "gate"
    assert matrix.kind(index["gate_homs"], index["gate_daraa"]) == "through"


def test_the_level_scales_everything(zones: tuple[Zone, ...], assumptions: Assumptions, matrix: ODMatrix) -> None:
    doubled = assumptions.level.model_copy(update={"value": 2 * assumptions.level.value})
    assert period_matrix(zones, assumptions.model_copy(update={"level": doubled})).total == pytest.approx(
        2 * matrix.total
    )


def test_trips_shorten_with_impedance(zones: tuple[Zone, ...], assumptions: Assumptions, matrix: ODMatrix) -> None:
    steep = period_matrix(zones, _with(assumptions, "distribution", "impedance_per_km", 0.5))
    straight_km = straight_distances_km(zones)
    assert (steep.trips * straight_km).sum() / steep.total < (matrix.trips * straight_km).sum() / matrix.total


def test_zero_demand_is_a_fault(zones: tuple[Zone, ...], assumptions: Assumptions) -> None:
    nothing = assumptions.level.model_copy(update={"value": 0.0})
    with pytest.raises(DemandError, match="zero"):
        period_matrix(zones, assumptions.model_copy(update={"level": nothing}))


def test_endless_demand_is_a_fault(zones: tuple[Zone, ...], assumptions: Assumptions) -> None:
    endless = assumptions.level.model_copy(update={"value": 1e308})
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(DemandError, match="beyond all numbers"):
        period_matrix(zones, assumptions.model_copy(update={"level": endless}))


def test_figures_and_zones_must_match(zones: tuple[Zone, ...], assumptions: Assumptions) -> None:
    jobs = dict(assumptions.generation.jobs.value)
    del jobs["midan"]
    jobs["atlantis"] = 3.0
    with pytest.raises(DemandError) as caught:
        period_matrix(zones, _with(assumptions, "generation", "jobs", jobs))
    assert {fault.key for fault in caught.value.faults} == {"generation.jobs.atlantis", "generation.jobs.midan"}
