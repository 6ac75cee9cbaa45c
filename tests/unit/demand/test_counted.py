from dataclasses import replace

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.counted import Site, hold_out, lengths_s, usable, volumes
from congestion_lab.demand.estimation.sightings import NOWHERE, Sightings, queued_at, seen_by
from congestion_lab.demand.estimation.virtual import camera_links, counted, noisy, places

_SITE = Site(frozenset({"a", "b"}), frozenset({"car", "bus"}), 0.0, 3600.0)
_ONE = Count("a", "", 0.0, 900.0, "", 12.0)


def _told(error: pytest.ExceptionInfo[DemandError]) -> str:
    return "\n".join(str(fault) for fault in error.value.faults)


def test_what_lies_outside_is_named_all_at_once() -> None:
    counts = [_ONE, replace(_ONE, link="x"), replace(_ONE, end_s=4000.0), replace(_ONE, kind="tram")]
    with pytest.raises(DemandError) as error:
        usable(counts, _SITE, "counts.csv", only_inside=False)
    told = _told(error)
    assert "no link 'x'" in told
    assert "00:00 to 01:06:40, which is not within the analysed period 00:00 to 01:00" in told
    assert "no class 'tram'" in told
    assert "--only-inside" in told


def test_what_lies_outside_may_be_left_out() -> None:
    counts = [_ONE, replace(_ONE, link="x"), replace(_ONE, onto="x"), replace(_ONE, begin_s=3500.0, end_s=4000.0)]
    assert usable(counts, _SITE, "counts.csv", only_inside=True) == (_ONE,)
    with pytest.raises(DemandError, match="no count is left"):
        usable(counts[1:], _SITE, "counts.csv", only_inside=True)
    with pytest.raises(DemandError, match="no count is left"):
        usable([], _SITE, "counts.csv", only_inside=False)


def test_many_faults_of_a_kind_are_summed_up() -> None:
    with pytest.raises(DemandError) as error:
        usable([replace(_ONE, link=f"x{number}") for number in range(9)], _SITE, "counts.csv", only_inside=False)
    assert len(error.value.faults) == 6
    assert "4 more like these" in _told(error)


def test_whole_links_are_held_out_by_seed() -> None:
    counts = [Count(f"l{number}", "", t, t + 900.0, "", 1.0) for number in range(10) for t in (0.0, 900.0)]
    kept, held = hold_out(counts, 0.3, seed=1)
    assert len({one.link for one in held}) == 3
    assert len(held) == 6
    assert {one.link for one in kept}.isdisjoint(one.link for one in held)
    assert hold_out(counts, 0.3, seed=1) == (kept, held)
    assert hold_out(counts, 0.3, seed=2) != (kept, held)
    assert hold_out(counts, 0.0, seed=1) == (tuple(counts), ())
    for share in (0.01, 0.99):
        with pytest.raises(DemandError, match="of 10 counted links"):
            hold_out(counts, share, seed=1)


def _sightings() -> Sightings:
    return Sightings(
        links=("a", "b"),
        kinds=("car", "bus"),
        vehicle=np.array([0, 0, 1, 2]),
        kind=np.array([0, 0, 1, 0]),
        link=np.array([0, 1, 0, 0]),
        onto=np.array([1, NOWHERE, NOWHERE, 1]),
        ready_s=np.array([100.0, 190.0, 770.0, 779.0]),
        left_s=np.array([100.0, 200.0, 899.0, 900.0]),
        vehicles=4,
    )


@pytest.mark.parametrize(
    ("count", "seen"),
    [
        (_ONE, [1, 1, 0, 0]),
        (replace(_ONE, begin_s=900.0, end_s=1800.0), [0, 0, 1, 0]),
        (replace(_ONE, onto="b"), [1, 0, 0, 0]),
        (replace(_ONE, kind="bus"), [0, 1, 0, 0]),
        (replace(_ONE, link="b"), [1, 0, 0, 0]),
        (replace(_ONE, link="nowhere"), [0, 0, 0, 0]),
        (replace(_ONE, onto="nowhere"), [0, 0, 0, 0]),
    ],
)
def test_a_count_sees_who_leaves_its_link_in_its_time(count: Count, seen: list[int]) -> None:
    assert seen_by([count], _sightings()).toarray().tolist() == [seen]


def test_who_was_ready_and_did_not_get_away_stands_in_a_queue() -> None:
    late = replace(_sightings(), left_s=np.array([100.0, 200.0, 950.0, np.inf]))
    places_told = [_ONE, replace(_ONE, onto="b"), replace(_ONE, kind="bus"), replace(_ONE, link="b")]
    assert queued_at(places_told, late).tolist() == [2.0, 1.0, 1.0, 0.0]
    assert queued_at([replace(_ONE, begin_s=900.0, end_s=1800.0)], late).tolist() == [1.0]
    soon = replace(late, ready_s=np.array([100.0, 190.0, 850.0, 779.0]))
    assert queued_at(places_told[:1], soon).tolist() == [1.0], "the others had no green yet"
    assert seen_by([_ONE], late).toarray().tolist() == [[1, 0, 0, 0]]


def test_virtual_cameras_count_what_passes_and_err() -> None:
    where = places(("a", "b"), 0.0, 1800.0, 900.0)
    assert [(one.link, one.begin_s) for one in where] == [("a", 0.0), ("a", 900.0), ("b", 0.0), ("b", 900.0)]
    assert volumes(counted(where, _sightings())).tolist() == [2.0, 1.0, 1.0, 0.0]
    assert lengths_s(where).tolist() == [900.0] * 4
    many = [replace(_ONE, vehicles=1000.0)] * 400
    told = volumes(noisy(many, 0.1, seed=1))
    assert told.std() == pytest.approx(100, rel=0.1)
    assert (told == np.rint(told)).all()
    assert volumes(noisy(many, 0.1, seed=1)).tolist() == told.tolist()


def test_more_cameras_keep_the_places_of_fewer() -> None:
    links = [f"l{number}" for number in range(50)]
    few, more = (set(camera_links(links, share, seed=1)) for share in (0.1, 0.4))
    assert (len(few), len(more)) == (5, 20)
    assert few < more
