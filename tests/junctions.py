"""Junctions on which two engines are held against each other, with the same vehicles at the same moments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from congestion_lab.core.digests import digest_of
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.process import run_program
from tests import roads

G, P, Y, R, S = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED, Aspect.STOP_THEN_GO
CAR = '<vType id="car"/>'
"""SUMO's passenger car: 5 m, 2.5 m gap, tau 1 s, 2.6 and 4.5 m/s², sigma 0.5, speeds by N(1, 0.1)."""


@dataclass(frozen=True, slots=True)
class Street:
    """A one-way link: where it leads, lanes, speed limit, and its rank where nobody has a signal."""

    start: str
    end: str
    lanes: int = 1
    speed_mps: float = 13.89
    priority: int = 5
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """Vehicles that drive one route at random times."""

    name: str
    route: str
    vph: float
    kind: str = "car"
    speed: str = "max"
    lane: str = "best"


Phase = tuple[float, Mapping[str, Aspect]]
"""Seconds, and what is shown to a link or to a movement `from to`; all others see red."""


def built(
    folder: Path,
    nodes: Mapping[str, tuple[float, float]],
    streets: Mapping[str, Street],
    *,
    signals: Sequence[str] = (),
    connections: Iterable[str] = (),
    options: Sequence[str] = (),
) -> Path:
    """Return the network that netconvert makes of nodes, streets and, where given, connections."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {name: "traffic_light" if name in signals else "priority" for name in nodes}
    node_lines = (f'<node id="{one}" x="{x}" y="{y}" type="{kinds[one]}"/>' for one, (x, y) in nodes.items())
    street_lines = (
        f'<edge id="{name}" from="{one.start}" to="{one.end}" numLanes="{one.lanes}" speed="{one.speed_mps}" '
        f'priority="{one.priority}" {one.shape}/>'
        for name, one in streets.items()
    )
    files = {"nod": ("nodes", node_lines), "edg": ("edges", street_lines), "con": ("connections", connections)}
    for ending, (root, lines) in files.items():
        (folder / f"net.{ending}.xml").write_text(f"<{root}>{''.join(lines)}</{root}>")
    net = folder / "net.net.xml"
    sources = ("-n", folder / "net.nod.xml", "-e", folder / "net.edg.xml", "-x", folder / "net.con.xml")
    run_program([binary("netconvert"), *sources, "-o", net, "--no-turnarounds", *options])
    return net


def approach(
    folder: Path, *, lanes: int = 1, speed_mps: float = 13.89, turn_mps: float | None = None, length_m: float = 400.0
) -> Path:
    """A street `in` to `out` through the signal `x`, which `side` to `exit` crosses; turn_mps holds between the two."""
    nodes = {"w": (-length_m, 0.0), "x": (0.0, 0.0), "e": (300.0, 0.0), "s": (0.0, -300.0), "n": (0.0, 300.0)}
    streets = {
        "in": Street("w", "x", lanes, speed_mps),
        "out": Street("x", "e", lanes, speed_mps),
        "side": Street("s", "x", 1, speed_mps),
        "exit": Street("x", "n", 1, speed_mps),
    }
    slow = f'speed="{turn_mps}"' if turn_mps else ""
    through = [f'<connection from="in" to="out" fromLane="{one}" toLane="{one}" {slow}/>' for one in range(lanes)]
    side = '<connection from="side" to="exit" fromLane="0" toLane="0"/>'
    return built(folder, nodes, streets, signals=("x",), connections=(*through, side))


def crossroads(
    folder: Path,
    *,
    lanes: int = 1,
    speed_mps: float = 13.89,
    signal: bool = True,
    minor_lanes: int = 1,
    length_m: float = 400.0,
    connections: Iterable[str] = (),
) -> Path:
    """Four arms w, e, s, n with links `wi` in and `wo` out; without a signal west and east have priority."""
    places = {"w": (-length_m, 0.0), "e": (length_m, 0.0), "s": (0.0, -length_m), "n": (0.0, length_m)}
    streets = {}
    for arm in places:
        width, rank = (lanes, 9) if arm in "we" else (minor_lanes, 9 if signal else 3)
        streets[f"{arm}i"] = Street(arm, "x", width, speed_mps, rank)
        streets[f"{arm}o"] = Street("x", arm, width, speed_mps, rank)
    nodes = {"x": (0.0, 0.0)} | places
    return built(folder, nodes, streets, signals=("x",) if signal else (), connections=connections)


def roundabout(folder: Path, *, radius_m: float = 18.0) -> Path:
    """Four arms w, e, s, n on a ring of one lane that has priority; links `wi` in and `wo` out."""
    reach = {"e": (1.0, 0.0), "n": (0.0, 1.0), "w": (-1.0, 0.0), "s": (0.0, -1.0)}
    nodes = {arm.upper(): (x * radius_m, y * radius_m) for arm, (x, y) in reach.items()}
    nodes |= {arm: (x * 200.0, y * 200.0) for arm, (x, y) in reach.items()}
    streets = {}
    for start, end in ("EN", "NW", "WS", "SE"):
        (a, b), (c, d) = nodes[start], nodes[end]
        bend = f"{(a + c) * 0.7071},{(b + d) * 0.7071}"
        streets[start + end] = Street(start, end, 1, 8.33, 9, f'shape="{a},{b} {bend} {c},{d}"')
    for arm in reach:
        streets[f"{arm}i"] = Street(arm, arm.upper(), 1, 13.89, 3)
        streets[f"{arm}o"] = Street(arm.upper(), arm, 1, 13.89, 3)
    return built(folder, nodes, streets)


def short_link(folder: Path, *, length_m: float = 60.0) -> Path:
    """A street `in`, `mid`, `out` with a signal `x` after `mid`; before `mid` crosses `c1` to `c2`, never blocked."""
    nodes = {"w": (-400.0, 0.0), "a": (-length_m, 0.0), "x": (0.0, 0.0), "e": (300.0, 0.0)}
    nodes |= {"as": (-length_m, -300.0), "an": (-length_m, 300.0), "s": (0.0, -300.0), "n": (0.0, 300.0)}
    streets = {"in": Street("w", "a"), "mid": Street("a", "x"), "out": Street("x", "e")}
    streets |= {"c1": Street("as", "a"), "c2": Street("a", "an"), "side": Street("s", "x"), "exit": Street("x", "n")}
    pairs = (("in", "mid"), ("c1", "c2"), ("side", "exit"), ("mid", "out"))
    connections = [f'<connection from="{a}" to="{b}" fromLane="0" toLane="0"/>' for a, b in pairs]
    return built(folder, nodes, streets, signals=("x",), connections=connections)


def turns(*arms: str) -> str:
    """Route on the roundabout's ring from the first arm to the second, counterclockwise."""
    ring = "ENWS"
    start, end = (ring.index(arm.upper()) for arm in arms)
    steps = (end - start) % 4
    passed = [ring[(start + step) % 4] + ring[(start + step + 1) % 4] for step in range(steps)]
    return " ".join([f"{arms[0]}i", *passed, f"{arms[1]}o"])


def plans(
    net: Path, *phases: Phase, control: Control = Control.FIXED, bounds_s: tuple[float, float] = (5.0, 45.0)
) -> PlanSet:
    """A plan for the signal `x`: phases in turn; with other control than fixed, greens last within the bounds."""
    heads = {path.signal_index: path for path in read_network(net).connections if path.signal_index is not None}
    order = sorted(heads)
    groups = tuple(SignalGroup(str(head), (head,)) for head in order)
    intervals = []
    for duration_s, shown in phases:
        names = [(f"{heads[head].from_link} {heads[head].to_link}", heads[head].from_link) for head in order]
        aspects = tuple(shown.get(movement, shown.get(link, R)) for movement, link in names)
        limits = bounds_s if control is not Control.FIXED and any(one.is_green for one in aspects) else (None, None)
        intervals.append(Interval(duration_s, aspects, *limits))
    return PlanSet((SignalPlan("x", "test", control, 0.0, groups, tuple(intervals)),))


def green_and_red(net: Path, link: str, green_s: float, *, yellow_s: float = 3.0, cycle_s: float = 60.0) -> PlanSet:
    """A plan that shows red, green and yellow to one link, and red to all others."""
    return plans(net, (cycle_s - green_s - yellow_s, {}), (green_s, {link: G}), (yellow_s, {link: Y}))


def demand(folder: Path, *streams: Stream, end_s: float, kinds: str = CAR, seed: int = 7) -> Path:
    """A route file in which every vehicle of every stream has its own moment, drawn as a Poisson process."""
    random = np.random.default_rng(seed)
    lines = []
    for stream in streams:
        moments = np.sort(random.uniform(0.0, end_s, random.poisson(stream.vph * end_s / 3600.0)))
        lines += [(moment, _vehicle(stream, number, moment)) for number, moment in enumerate(moments)]
    written = (kinds, *(line for _, line in sorted(lines)))
    return roads.routes(folder, *written, name=f"{digest_of(written)}.rou.xml")  # engines know scenarios by their names


def _vehicle(stream: Stream, number: int, moment: float) -> str:
    return (
        f'<vehicle id="{stream.name}.{number}" type="{stream.kind}" depart="{moment:.2f}" departLane="{stream.lane}" '
        f'departSpeed="{stream.speed}"><route edges="{stream.route}"/></vehicle>'
    )
