from dataclasses import replace

import pytest

from congestion_lab.demand.counts.countmatching import Place, matched
from congestion_lab.demand.counts.rowplaces import Spot
from tests.countroads import ROADS


def _point(x_m: float, y_m: float, bearing_deg: float) -> Spot:
    return Spot("p", lat=y_m / 1e5, lon=x_m / 1e5, bearing_deg=bearing_deg)


def test_ids_are_taken_as_they_are() -> None:
    link, movement = Spot("w", "w"), Spot("w → e", "w", "e")
    found, refused = matched([link, movement], ROADS)
    assert found == {link: Place("w"), movement: Place("w", "e")}
    assert not refused


def test_unknown_links_and_forbidden_turns_are_told() -> None:
    _, refused = matched([Spot("e-back", "e-back"), Spot("s → w", "s", "e_back"), Spot("?", "zzz")], ROADS)
    assert [*refused.values()] == [
        "the link 'e-back' is not in the network; there is 'e_back'",
        "nobody may drive from 's' to 'e_back'",
        "the link 'zzz' is not in the network",
    ]


@pytest.mark.parametrize(
    ("x_m", "y_m", "bearing_deg", "link"),
    [(-100, 5, 90, "w"), (100, 5, 90, "e"), (100, 5, 270, "e_back"), (4, 100, 10, "n"), (4, 100, 330, "n")],
)
def test_a_point_belongs_to_the_nearest_link_that_leads_its_way(
    x_m: float, y_m: float, bearing_deg: float, link: str
) -> None:
    spot = _point(x_m, y_m, bearing_deg)
    assert matched([spot], ROADS)[0] == {spot: Place(link)}


def test_points_without_a_link_or_with_several_are_told() -> None:
    far, against, corner = _point(-100, 60, 90), _point(-100, 0, 270), _point(0, 2, 90)
    _, refused = matched([far, against, corner], ROADS)
    assert refused[far] == "no link within 30 m leads that way; the nearest link of any direction is 60 m away"
    assert refused[against].startswith("no link within 30 m leads that way")
    assert refused[corner] == "it lies on several links alike: 'w', 'e'; name one by its id"
    assert matched([far], ROADS, tolerance_m=70)[0] == {far: Place("w")}


def test_a_network_without_projection_takes_no_points() -> None:
    _, refused = matched([_point(0, 0, 90)], replace(ROADS, place=None))
    assert "no geographic projection" in next(iter(refused.values()))
