import itertools

import numpy as np
import pytest

from congestion_lab.demand.cameras.cameraprogram import choices
from congestion_lab.demand.cameras.sites import (
    PairFlow,
    Site,
    Survey,
    Weights,
    insight,
    shares,
    vehicles_by_link,
    worth,
)

# A star: everybody crosses the middle m but for those from d to e, who have a street of their own.
_FLOWS = (
    PairFlow(("a", "b"), ("a", "m", "b"), 100),
    PairFlow(("a", "c"), ("a", "m", "c"), 50),
    PairFlow(("b", "c"), ("m2", "c"), 20),
    PairFlow(("d", "e"), ("d", "e"), 10),
)


def _links(*names: str) -> tuple[Site, ...]:
    return tuple(Site(name, frozenset({name})) for name in names)


def _survey(*names: str) -> Survey:
    return Survey(_links(*(names or ("a", "b", "c", "d", "e", "m", "m2"))), _FLOWS)


def _names(survey: Survey, indices: tuple[int, ...]) -> list[str]:
    return [survey.sites[index].id for index in indices]


def test_shares_of_vehicles_and_pairs() -> None:
    survey = _survey()
    assert shares(survey, [5]) == (150 / 180, 2 / 4)
    assert shares(survey, [2, 3]) == (80 / 180, 3 / 4)
    assert worth(survey, [2], Weights(2, 1)) == pytest.approx(2 * 70 / 180 + 0.5)
    assert vehicles_by_link(survey)["m"] == 150


def test_each_number_of_cameras_has_its_best_sites() -> None:
    survey = _survey()
    found = choices(survey, 5)
    assert [len(one.sites) for one in found] == [1, 2, 3]  # three see everything, so there are no more
    assert [one.gap for one in found] == [0, 0, 0]
    assert found[-1].worth == pytest.approx(2)
    assert set(_names(survey, found[1].sites)) in ({"a", "c"}, {"m", "c"})


def test_weights_decide_between_many_vehicles_and_many_pairs() -> None:
    survey = Survey(_links("b", "c"), _FLOWS)
    assert _names(survey, choices(survey, 1, weights=Weights(1, 0))[0].sites) == ["b"]
    assert _names(survey, choices(survey, 1, weights=Weights(0, 1))[0].sites) == ["c"]


def test_existing_cameras_are_taken_into_account_and_junctions_see_all_approaches() -> None:
    survey = _survey()
    found = choices(survey, 9, existing=[5])
    assert [_names(survey, one.sites)[:1] for one in found] in ([["m2"], ["m2"]], [["c"], ["c"]])
    assert len(found) == 2
    junction = Survey((Site("x", frozenset({"a", "d"})), *_links("c")), _FLOWS)
    assert shares(junction, [0]) == (160 / 180, 3 / 4)
    assert insight(junction, [0]).counts == 2


def test_the_program_finds_what_trying_all_finds() -> None:
    rng = np.random.default_rng(3)
    names = [f"l{n}" for n in range(12)]
    flows = tuple(
        PairFlow((f"o{n % 5}", f"d{n % 7}"), tuple(rng.choice(names, 3, replace=False)), float(rng.integers(1, 50)))
        for n in range(40)
    )
    survey = Survey(_links(*names), flows)
    for one in choices(survey, 4, existing=[2]):
        tried = itertools.combinations(range(12), one.budget)
        best = max(worth(survey, [2, *some], Weights()) for some in tried)
        assert one.worth == pytest.approx(best)
        assert one.gap == 0


def test_out_of_time_the_gap_is_said() -> None:
    rng = np.random.default_rng(3)
    names = [f"l{n}" for n in range(150)]
    flows = tuple(
        PairFlow((f"o{n}", f"d{n}"), tuple(rng.choice(names, 5, replace=False)), float(rng.integers(1, 50)))
        for n in range(900)
    )
    told = []
    survey = Survey(_links(*names), flows)
    found = choices(survey, 6, time_limit_s=0, on_step=told.append)
    assert [one.budget for one in told] == [1, 2, 3, 4, 5, 6]
    assert found[0].gap == 0  # one camera needs no search
    assert found[-1].gap > 0
    assert all(after.worth >= before.worth for before, after in itertools.pairwise(found))
    assert all(one.bound >= one.worth for one in found)


def test_insight_counts_what_is_unique_and_independent() -> None:
    survey = _survey()
    nothing = insight(survey, [])
    assert (nothing.flow_share, nothing.counts, nothing.explained_share) == (0, 0, 0)
    middle = insight(survey, [0, 5])  # a and m see the same vehicles
    assert (middle.counts, middle.independent_counts, middle.unique_share) == (2, 1, 0)
    told = insight(survey, [1, 2, 3, 6])
    assert (told.counts, told.independent_counts) == (4, 4)
    assert told.unique_share == 1
    assert told.explained_share > 0.9
    assert 0 < middle.explained_share < told.explained_share
