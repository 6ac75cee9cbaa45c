import json
import subprocess
import sys
from pathlib import Path

import pytest

from congestion_lab.sumo.nets.vehicleclasses import CLASS_BITS, CLASSES, HABITS, IGNORING, permitted
from tests.roads import road, routes

_ASK_SUMO = """
import json, sys, libsumo
libsumo.start(["sumo", "-n", sys.argv[1], "-r", sys.argv[2], "--no-step-log"])
ask = libsumo.vehicletype
names = "Length MinGap Accel Decel MaxSpeed SpeedDeviation".split()
print(json.dumps({one: [getattr(ask, "get" + name)(one) for name in names] for one in ask.getIDList()}))
"""


def test_habits_are_those_of_the_sumo_that_is_installed(tmp_path: Path) -> None:
    net = road(tmp_path)
    demand = routes(tmp_path, *(f'<vType id="{kind}" vClass="{kind}"/>' for kind in HABITS))
    command = [sys.executable, "-W", "ignore", "-c", _ASK_SUMO, str(net), str(demand)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = json.loads(said.splitlines()[-1])
    ours = {
        kind: [one.length_m, one.gap_m, one.accel_mps2, one.decel_mps2, one.max_speed_mps, one.speed_deviation]
        for kind, one in HABITS.items()
    }
    assert ours == {kind: pytest.approx(theirs[kind]) for kind in HABITS}


def test_every_class_has_its_bit_and_habits() -> None:
    assert set(HABITS) == set(CLASS_BITS) == {*CLASSES, IGNORING}
    assert sorted(CLASS_BITS.values()) == list(range(len(CLASSES) + 1))


@pytest.mark.parametrize(
    ("lane", "may", "may_not"),
    [
        ({}, CLASSES, ()),
        ({"allow": "all"}, CLASSES, ()),
        ({"allow": "bus taxi"}, ("bus", "taxi"), ("passenger", "rail")),
        ({"disallow": "tram rail"}, ("bus", "passenger"), ("tram", "rail")),
        ({"disallow": "all"}, (), CLASSES),
        ({"allow": ""}, (), CLASSES),
    ],
)
def test_lanes_are_for_those_whom_they_allow(
    lane: dict[str, str], may: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    bits = permitted(lane)
    assert all(bits >> CLASS_BITS[kind] & 1 for kind in (*may, IGNORING))
    assert not any(bits >> CLASS_BITS[kind] & 1 for kind in may_not)
