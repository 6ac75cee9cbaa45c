import math

import pytest

from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.vehicleclasses import CLASS_BITS
from congestion_lab.sumo.traffic.vehicletypes import TypeBook, speed_factor, vehicle_type


def kind(name: str, *children: Record, **attributes: str) -> Record:
    return Record("vType", {"id": name, **attributes}, children, 1)


def blend(name: str, *children: Record, **attributes: str) -> Record:
    return Record("vTypeDistribution", {"id": name, **attributes}, children, 1)


def test_a_type_without_words_is_a_car_of_sumo() -> None:
    car = vehicle_type(kind("car"))
    assert (car.length_m, car.gap_m, car.headway_s, car.imperfection) == (5, 2.5, 1, 0.5)
    assert (car.accel_mps2, car.decel_mps2) == (2.6, 4.5)
    assert car.max_speed_mps == pytest.approx(200 / 3.6)
    assert car.speed_factor == (1, 0.1, 0.2, 2)
    assert car.class_bit == CLASS_BITS["passenger"]


def test_a_type_is_what_it_says_also_inside_its_model() -> None:
    model = Record("carFollowing-Krauss", {"tau": "1.4", "sigma": "0.2"}, (), 1)
    lorry = vehicle_type(kind("lorry", model, vClass="truck", length="9", maxSpeed="20", speedDev="0.3"))
    assert (lorry.length_m, lorry.headway_s, lorry.imperfection, lorry.max_speed_mps) == (9, 1.4, 0.2, 20)
    assert lorry.speed_factor == (1, 0.3, 0.2, 2)


@pytest.mark.parametrize("other", [kind("i", carFollowModel="IDM"), kind("i", Record("carFollowing-IDM", {}, (), 1))])
def test_models_without_imperfection_have_none_and_are_told(other: Record) -> None:
    assert vehicle_type(other).imperfection == 0
    assert vehicle_type(kind("k", carFollowModel="KraussPS")).imperfection == 0.5
    book = TypeBook()
    book.define(other)
    assert book.other_models == {"i": "IDM"}


def test_riders_go_as_fast_as_they_want() -> None:
    assert vehicle_type(kind("bike", vClass="bicycle")).max_speed_mps == pytest.approx(20 / 3.6)


@pytest.mark.parametrize(
    ("text", "deviation", "expected"),
    [
        ("", "", (1, 0.1, 0.2, 2)),
        ("1.2", "", (1.2, 0.1, 0.2, 2)),
        ("1.2", "0", (1.2, 0, 0.2, 2)),
        ("norm(1, 0.2)", "", (1, 0.2, 0, math.inf)),
        ("normc(0.9,0.05,0.5,1.5)", "", (0.9, 0.05, 0.5, 1.5)),
        ("normc(0.9,0.05,0.5,1.5)", "0.1", (0.9, 0.1, 0.5, 1.5)),
    ],
)
def test_speed_factors_are_read(text: str, deviation: str, expected: tuple[float, ...]) -> None:
    assert speed_factor(text, deviation, 0.1) == pytest.approx(expected)


@pytest.mark.parametrize(
    "attributes", [{"length": "long"}, {"vClass": "unicorn"}, {"tau": "x"}, {"speedFactor": "y"}, {"scale": "2"}]
)
def test_broken_types_are_told(attributes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"long|unicorn|x|y|scale"):
        vehicle_type(kind("broken", **attributes))


def test_mixtures_hold_their_types_with_shares() -> None:
    book = TypeBook()
    book.define(kind("outer", length="7", probability="3"))
    book.define(blend("mix", kind("inner", length="4", probability="1"), vTypes="outer"))
    book.define(blend("more", vTypes="mix DEFAULT_VEHTYPE", probabilities="1 1"))
    assert named(book, "mix") == {"inner": 0.25, "outer": 0.75}
    assert named(book, "more") == {"inner": 0.125, "outer": 0.375, "DEFAULT_VEHTYPE": 0.5}
    assert book.mixture("mix") == book.mixture("mix")
    assert book.size_and_class(book.mixture("mix")) == (6.25, CLASS_BITS["passenger"])


def test_a_vehicle_may_have_a_speed_factor_of_its_own() -> None:
    book = TypeBook()
    own, common = book.mixture("DEFAULT_VEHTYPE", "0.8"), book.mixture("DEFAULT_VEHTYPE")
    factors = [book.types[book.mixtures[one][0][0]].speed_factor for one in (own, common)]
    assert factors == [(0.8, 0, 0, math.inf), (1, 0.1, 0.2, 2)]


@pytest.mark.parametrize(
    "record",
    [
        blend("b", vTypes="nobody"),
        blend("b", vTypes="DEFAULT_VEHTYPE", probabilities="1 2"),
        kind("k", probability="p"),
    ],
)
def test_broken_distributions_are_told(record: Record) -> None:
    with pytest.raises(ValueError, match=r"nobody|probabilit"):
        TypeBook().define(record)


def test_types_that_nobody_defined_are_told() -> None:
    with pytest.raises(ValueError, match="ghost"):
        TypeBook().mixture("ghost")


def named(book: TypeBook, name: str) -> dict[str, float]:
    return {book.types[index].id: share for index, share in book.mixtures[book.mixture(name)]}
