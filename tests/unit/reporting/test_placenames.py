from collections.abc import Iterator
from dataclasses import replace

import pytest

from congestion_lab.network.model import Network
from congestion_lab.reporting.placenames import Named, PlaceNames, street_name
from congestion_lab.reporting.translation import speaking


@pytest.fixture
def names(network: Network) -> PlaceNames:
    streets = {"west_mid": ("West Street", "شارع الغرب"), "mid_east": ("East Street", ""), "mid_west": ("", "الوسط")}
    links = {
        id: replace(link, name_en=streets.get(id, ("", ""))[0], name_ar=streets.get(id, ("", ""))[1])
        for id, link in network.links.items()
    }
    return PlaceNames(replace(network, links=links))


@pytest.fixture
def _in_arabic() -> Iterator[None]:
    with speaking("ar"):
        yield


def test_a_street_in_the_language_of_the_page_or_the_only_one(names: PlaceNames) -> None:
    assert [names.of(link).name for link in ("west_mid", "mid_east", "mid_west", "south_mid")] == [
        "West Street",
        "East Street",
        "الوسط",
        "",
    ]


@pytest.mark.usefixtures("_in_arabic")
def test_an_arabic_page_names_streets_in_arabic(names: PlaceNames) -> None:
    assert names.of("west_mid") == Named("شارع الغرب", "west_mid")
    assert names.of("mid_east").name == "East Street"


def test_junctions_and_controllers_are_named_by_the_streets_that_meet(names: PlaceNames) -> None:
    assert names.of("mid").name == "East Street × الوسط × West Street"
    assert names.of("C") == Named("West Street", "C")
    assert names.of("south") == Named("", "south")
    assert names.of("nowhere").text == "nowhere"


def test_movements(names: PlaceNames) -> None:
    assert names.of_movement("west_mid", "mid_east").text == "West Street → East Street (west_mid → mid_east)"
    assert names.of_movement("west_mid", "south_mid").name == "West Street → south_mid"
    assert names.of_movement("south_mid", "mid_east").name == "south_mid → East Street"
    assert names.of_movement("south_mid", "nowhere").text == "south_mid → nowhere"


@pytest.mark.usefixtures("_in_arabic")
def test_the_arrow_of_a_movement_points_on_in_the_direction_of_reading(names: PlaceNames) -> None:
    assert names.of_movement("west_mid", "mid_west").name == "شارع الغرب ← الوسط"


def test_names_from_maps_are_cleaned(network: Network) -> None:
    assert "\u202e" not in street_name(network.links["west_mid"])
