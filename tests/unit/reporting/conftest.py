"""A tiny network of a hostile mapper, and runs on it that no simulator had to make."""

from collections.abc import Callable

import pandas as pd
import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.network.model import Connection, Lane, Link, Network, Node

HOSTILE = "<script>alert(1)</script>\"'\u202egpj.exe"


@pytest.fixture
def network() -> Network:
    """Two streets that meet at one signal."""
    spots = {"west": (0.0, 0.0), "east": (900.0, 0.0), "mid": (400.0, 5.0), "south": (400.0, -500.0)}
    nodes = {name: Node(name, spot, "signal" if name == "mid" else "dead_end") for name, spot in spots.items()}

    def link(start: str, end: str, name: str = "", name_ar: str = "") -> Link:
        lanes = (Lane(f"{start}_{end}_0", 400.0, 13.9, 3.2),)
        return Link(f"{start}_{end}", start, end, lanes, (spots[start], spots[end]), name, name_ar)

    links = [
        link("west", "mid", HOSTILE, "شارع بغداد"),
        link("mid", "east"),
        link("mid", "west", HOSTILE),
        link("south", "mid"),
    ]
    paths = (
        Connection("west_mid", 0, "mid_east", 0, Turn.STRAIGHT, "C", 0),
        Connection("south_mid", 0, "mid_east", 0, Turn.RIGHT, "C", 1),
    )
    return Network(nodes, {each.id: each for each in links}, paths)


@pytest.fixture
def trips() -> Callable[[float], pd.DataFrame]:
    """Ten trips of which each loses so many seconds."""

    def made(delay_s: float) -> pd.DataFrame:
        row = {
            "vehicle_id": "v",
            "vehicle_class": "car",
            "demanded_s": 10.0,
            "departed_s": 10.0,
            "arrived_s": 100.0,
            "depart_delay_s": 0.0,
            "time_loss_s": delay_s,
            "duration_s": 60.0 + delay_s,
            "waiting_s": 1.0,
            "stops": 1.0,
            "distance_m": 500.0,
        }
        return pd.DataFrame([row] * 10)

    return made
