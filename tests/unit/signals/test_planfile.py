import json
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import ConflictDistance, Intersection, Leg, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file

_HEADS = (
    SignalHead(0, "a", 1, "b", Turn.LEFT, 13.89, 20.5, 'شارع "بغداد"'),
    SignalHead(1, "", 0, "", None, 1.07, 12.0),
)
_WAYS = (ConflictDistance(0, 1, 14.5, 0.0), ConflictDistance(1, 0, 12.0, 3.5))
_LEGS = (Leg(("a", "c"), 9.6, "شارع بغداد"),)
_PAIR = frozenset({(0, 1)})
_SITE = Intersection("c", "Baghdad Street", "شارع بغداد", _HEADS, _PAIR, _PAIR, _WAYS, _LEGS)
_RING = (
    Interval(20.0, (Aspect.PERMITTED, Aspect.GREEN), 5.0, 50.0, (("name", "x"),)),
    Interval(3.5, (Aspect.YELLOW, Aspect.RED)),
)
_GROUPS = (SignalGroup("0", (0,)), SignalGroup("1", (1,)))
_PLAN = SignalPlan("c", "p", Control.FIXED, 7.0, _GROUPS, _RING, (("k", "v"),), ("<condition/>",))
CONTENT = PlanFile("s", "d", (_SITE,), PlanSet((_PLAN,)), {"seeds": [1, 2], "note": None})


def test_what_is_read_is_what_was_written_and_the_bytes_repeat(tmp_path: Path) -> None:
    write_plan_file(tmp_path / "a.json", CONTENT)
    assert read_plan_file(tmp_path / "a.json") == CONTENT
    write_plan_file(tmp_path / "b.json", read_plan_file(tmp_path / "a.json"))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"fixed"', '"fixd"', "plans.plans.0.control"),
        ('"path_length_m": 20.5', '"path_length_m": "far"', "intersections.0.heads.0.path_length_m"),
        ('"permitted"', '"purple"', "plans.plans.0.intervals.0.aspects.0"),
        ('"duration_s": 3.5', '"duration_s": -3.5', "plans.plans.0"),
        ('"format": 1', '"format": 99', "format"),
    ],
)
def test_a_fault_is_told_with_line_and_key(old: str, new: str, key: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_plan_file(file, CONTENT)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SignalPlanError) as caught:
        read_plan_file(file)
    (fault,) = caught.value.faults
    lines = file.read_text(encoding="utf-8").splitlines()
    assert fault.key == key
    assert fault.line is not None
    if key != "plans.plans.0":
        assert new in lines[fault.line - 1]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"format": 1}', "\ufeffnull"])
def test_what_is_no_plan_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(SignalPlanError):
        read_plan_file(tmp_path / "a.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match="cannot be read"):
        read_plan_file(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"offset_s": 7.0', '"offset_s": NaN', "NaN is no number"),
        ('"offset_s": 7.0', '"offset_s": 1e999', "1e999 is no number"),
        ('"offset_s": 7.0', '"offset_s": "7"', "offset_s"),
        ('"offset_s": 7.0', '"offset_s": 7.0, "offset_s": 8.0', "stands twice"),
        ('"offset_s": 7.0', '"offset_s": 7.0, "ofset_s": 8.0', r"plans\.plans\.0\.ofset_s.*unknown"),
        ('"min_s": 5.0', '"min_s": -5.0', "neither is negative"),
        ('"heads": [1]', '"heads": [1, 1000000000000]', "is no signal head"),
        ('"id": "1"', '"id": "0"', "a name of its own"),
        ('"approach_speed_mps": 13.89', '"approach_speed_mps": 0', "a speed of 0 m/s is not between"),
        ('"approach_speed_mps": 13.89', '"approach_speed_mps": 1e-300', "1e-300 m/s is not between"),
        ('"offset_s": 7.0', '"offset_s": 1e300', "the offset is 1e\\+300 s"),
        ('"duration_s": 20.0', '"duration_s": 1e300', "it must be positive, and end"),
        ('"path_length_m": 20.5', '"path_length_m": -1', "a length of -1 m is not between"),
        ('"path_length_m": 20.5', '"path_length_m": 1e300', "is not between 0 and 10000"),
        ('"from_link": "a"', '"from_link": ""', "who walks does neither"),
        ('"index": 1', '"index": -1', "is no signal head"),
        ('"clearing_m": 14.5', '"clearing_m": 0.0', "cleared over some metres"),
        ('"entering_m": 3.5', '"entering_m": -1.0', "cleared over some metres"),
        ('"clearing": 0', '"clearing": 7', "7 and 1 are no conflict"),
        ('"width_m": 9.6', '"width_m": 0.0', "this one 0 m"),
        ('"conflicts": [[0, 1]]', '"conflicts": [[1, 0]]', "the lower one first"),
        ('"note": null', '"note": ' + "[" * 100_000, "nested too deeply"),
        ('"note": null', '"note": ' + "9" * 5000, "no plan file"),
    ],
)
def test_values_that_no_plan_can_have_are_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_plan_file(file, CONTENT)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SignalPlanError, match=told):
        read_plan_file(file)


def test_a_file_without_ways_and_legs_is_read_as_one_that_does_not_know_them(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_plan_file(file, CONTENT)
    written = json.loads(file.read_text(encoding="utf-8"))
    for site in written["intersections"]:
        del site["distances"], site["legs"]
    file.write_text(json.dumps(written), encoding="utf-8")
    assert read_plan_file(file).intersections == (replace(_SITE, distances=(), legs=()),)


def test_an_intersection_stands_once(tmp_path: Path) -> None:
    twice = replace(CONTENT, intersections=(_SITE, _SITE))
    write_plan_file(tmp_path / "a.json", twice)
    with pytest.raises(SignalPlanError, match="stands twice"):
        read_plan_file(tmp_path / "a.json")
