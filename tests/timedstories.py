"""A study on four streets in a row of which every run recorded all there is to record, made by hand."""

from pathlib import Path

import numpy as np
import pandas as pd

from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.runset import RunSet
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.reporting.gathering import Side, Story, side_of
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.spec import Controller, SimulationInputs
from congestion_lab.simulation.tables import EMISSIONS, LINK_INTERVALS, LINKS, MOVEMENTS, PASSAGES, TRIPS

HOSTILE = "<script>alert(1)</script>\"'\u202egpj.exe"
LINKS_IN_ORDER = ("a", "b", "c", "d")
END_S = 1800.0
OUTSIDE = 3  # vehicles that never enter
FREE_S = 10.0


def timed_network() -> Network:
    """Four links in a row with a signal between two."""
    spots = {f"n{place}": (100.0 * place, 0.0) for place in range(5)}
    nodes = {each: Node(each, spot, "signal") for each, spot in spots.items()}

    def link(name: str, at: int) -> Link:
        shape = ((100.0 * at, 0.0), (100.0 * at + 100.0, 0.0))
        return Link(name, f"n{at}", f"n{at + 1}", (Lane(name, 100.0, 10.0, 3.2),), shape, HOSTILE)

    links = {name: link(name, at) for at, name in enumerate(LINKS_IN_ORDER)}
    pairs = zip("abc", "bcd", strict=True)
    return Network(nodes, links, tuple(Connection(a, 0, b, 0, Turn.STRAIGHT, f"C{b}", 0) for a, b in pairs))


def run(folder: Path, seed: int, link_s: float) -> RunResult:
    """A vehicle every 20 s that takes so long on each link, and a few that never enter; seeds differ by a tenth."""
    folder.mkdir(parents=True)
    link_s += seed / 10
    starts = np.arange(0, END_S - 4 * link_s, 20.0)
    lost_s, took_s = 4 * (link_s - FREE_S), 4 * link_s
    rows = [(f"v{n}", HOSTILE, s, s, s + took_s, 0, lost_s, took_s, 0, 0, 400) for n, s in enumerate(starts)]
    rows += [(f"late.{n}", "car", END_S - 600, np.nan, np.nan, 600, 0, 0, 0, 0, 0) for n in range(OUTSIDE)]
    write_table(folder, TRIPS, pd.DataFrame(rows, columns=TRIPS.names))
    emissions = [(f"v{n}", 10.0 * link_s, 1.0, 3.0 * link_s) for n in range(len(starts))]
    write_table(folder, EMISSIONS, pd.DataFrame(emissions, columns=EMISSIONS.names))
    passed = [
        (f"v{n}", link, start + at * link_s, start + (at + 1) * link_s)
        for n, start in enumerate(starts)
        for at, link in enumerate(LINKS_IN_ORDER)
    ]
    write_table(folder, PASSAGES, pd.DataFrame(passed, columns=PASSAGES.names))
    speed = 100 / link_s
    minutes = [
        (link, b, b + 60, 3.0, 3 * link_s, speed, 0.0, link_s) for b in np.arange(0, END_S, 60.0) for link in "ab"
    ]
    write_table(folder, LINK_INTERVALS, pd.DataFrame(minutes, columns=LINK_INTERVALS.names))
    whole = [(link, 90.0, 0.0, 90 * link_s, speed, 0.0, 0.0, 1.0, 5.0, 5.0 * seed, 0.0) for link in LINKS_IN_ORDER]
    write_table(folder, LINKS, pd.DataFrame(whole, columns=LINKS.names))
    moves = [(a, b, 90.0, link_s - FREE_S) for a, b in zip("abc", "bcd", strict=True)]
    write_table(folder, MOVEMENTS, pd.DataFrame(moves, columns=MOVEMENTS.names))
    made = Provenance("fake", "1", "0", ("fake",), 0.1, 0.1)
    return RunResult("d", HOSTILE, seed, Status.COMPLETED, END_S, END_S, 0, 0, 0, folder, made)


def timed_story(folder: Path) -> Story:
    """Links take 20 s before and 12 s after."""
    network = timed_network()
    routes = folder / "demand.rou.xml"
    routes.write_text(
        '<routes><vType id="car" emissionClass="HBEFA4/PC_petrol_Euro-3"/>'
        f'<flow id="late" number="{OUTSIDE}" begin="0" end="9" type="car"><route edges="a b"/></flow></routes>'
    )
    plans = PlanSet(tuple(plan(f"C{link}") for link in "bcd"))

    def side(label: str, link_s: float) -> Side:
        inputs = SimulationInputs(HOSTILE, folder / "net.xml", (routes,), (), 0.0, 0.0, END_S, END_S, digest="x")
        results = tuple(run(folder / label / str(seed), seed, link_s) for seed in (1, 2, 3))
        return side_of(RunSet(label, inputs, Controller.PLANS, results), plans, network)

    return Story(HOSTILE, network, {}, side("present", 20.0), side("best", 12.0))


def plan(controller: str) -> SignalPlan:
    intervals = (Interval(30.0, (Aspect.GREEN,)), Interval(30.0, (Aspect.RED,)))
    return SignalPlan(controller, "0", Control.FIXED, 0.0, (SignalGroup("0", (0,)),), intervals)
