"""A study on a tiny network of a hostile mapper, made by hand: nothing had to be simulated for it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.matrix import Matrix, compare_all
from congestion_lab.experiments.periods import Periods, compare_periods
from congestion_lab.experiments.ranking import Ranking, rank_by, rank_by_weights
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import indicator
from congestion_lab.metrics.summary import run_summary
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.trials import Trial
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.simulation.result import Failure, Provenance, RunResult, Status
from congestion_lab.simulation.spec import Controller, SimulationInputs

HOSTILE = "<script>alert(1)</script>\"'\u202egpj.exe"


def hostile_network() -> Network:
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


def trips_of(delay_s: float) -> pd.DataFrame:
    """Return ten trips of which each loses so many seconds."""
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


def side(label: str, delays: dict[int, float], folder: Path, green_s: float = 20.0) -> Side:
    """Return one side whose vehicles are delayed so, by seed; one further seed failed."""
    results = []
    for seed, delay in delays.items():
        place = folder / f"{label}-{seed}"
        place.mkdir()
        trips_of(delay).to_parquet(place / "trips.parquet")
        made = Provenance("fake", "1", "0", ("fake", "--run"), 0.1, 0.1)
        results.append(RunResult("d", HOSTILE, seed, Status.COMPLETED, 3600, 3600, 0, 0, 0, place, made))
    inputs = SimulationInputs(HOSTILE, folder / "net.xml", (), (), 0.0, 0.0, 3600.0, 3600.0, digest="x")
    failure = Failure("d", HOSTILE, 99, "SumoFailedError", "sumo ended with code 1:\nlog\ncommand: sumo")
    runs = RunSet(label, inputs, Controller.PLANS, (*results, failure))
    intervals = (Interval(green_s, (Aspect.GREEN,)), Interval(3.0, (Aspect.YELLOW,)), Interval(30.0, (Aspect.RED,)))
    plans = PlanSet((SignalPlan("C", "0", Control.FIXED, 0.0, (SignalGroup("0", (0,)),), intervals),))
    links = pd.DataFrame(
        {
            "vehicles": [10.0],
            "speed_kmh": [20.0],
            "delay_s": [delays[1]],
            "max_queue_m": [40.0],
            "spillback_share": [0.0],
        },
        index=["west_mid"],
    )
    movements = pd.DataFrame(
        {
            "from_link": ["west_mid"],
            "to_link": ["mid_east"],
            "vehicles": [10.0],
            "delay_s": [delays[1]],
            "controller_id": ["C"],
            "turn": ["straight"],
            "los": ["C"],
        }
    )
    summaries = {result.seed: run_summary(result) for result in results}
    return Side(label, runs, summaries, plans, links, movements, tuple(float(each) for each in range(101)))


def story_of(network: Network, folder: Path) -> Story:
    """Return a study whose proposed plan is better on every seed."""
    before = side("present", {1: 30.0, 2: 31.0, 3: 32.0}, folder)
    after = side("best", {1: 20.0, 2: 22.0, 3: 22.5}, folder, green_s=33.0)
    head = SignalHead(0, "west_mid", 0, "mid_east", Turn.STRAIGHT, 13.9, 20.0, HOSTILE)
    sites = {"C": Intersection("C", HOSTILE, "شارع", (head,), frozenset(), frozenset())}
    trials = (Trial("present plan", 31.0, stopped=False, runs_used=3), Trial(HOSTILE, 22.0, stopped=True, runs_used=4))
    return Story(HOSTILE, network, sites, before, after, trials, {"study": HOSTILE})


def ranked(story: Story, weights: tuple[float, ...] = ()) -> tuple[dict[str, RunSet], Matrix, Ranking]:
    """Return both sides of a story and a third, hostile one that is dominated, compared and ranked.

    Args:
        story: A study that finished the same seeds on both sides.
        weights: Of mean delay and stops; without any, mean delay alone ranks.
    """
    sides = {side.label: side for side in (story.before, story.after) if side is not None}
    run_sets = {label: side.runs for label, side in sides.items()} | {HOSTILE: story.before.runs}
    late = {
        seed: replace(one, mean_delay_s=one.mean_delay_s + 5 + seed / 9) for seed, one in story.before.summaries.items()
    }
    figures = {label: side.summaries for label, side in sides.items()} | {HOSTILE: {**late, 7: late[1]}}
    delay, stops, speed = map(indicator, ("mean_delay_s", "stops_per_veh", "mean_speed_kmh"))
    matrix = compare_all(figures, "present", [delay, speed, stops, indicator("co2_kg")])
    by_weights = rank_by_weights(matrix, dict(zip((delay, stops), weights, strict=True))) if weights else None
    return run_sets, matrix, by_weights or rank_by(matrix, delay)


def side_by_side(story: Story) -> tuple[dict[str, tuple[RunSet, RunSet]], Periods]:
    """Return the study of a story twice, once under a hostile name, and both compared."""
    assert story.after is not None
    names, sides = ("1", HOSTILE), (story.before, story.after)
    delay, stops, queue = map(indicator, ("mean_delay_s", "stops_per_veh", "max_queue_m"))
    figures = dict.fromkeys(names, (sides[0].summaries, sides[1].summaries))
    studies = dict.fromkeys(names, (sides[0].runs, sides[1].runs))
    return studies, compare_periods(figures, [delay, stops, queue])
