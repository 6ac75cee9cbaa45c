"""Small roads, built by netconvert, on which theory says what must happen."""

from dataclasses import replace
from pathlib import Path

from congestion_lab.signals.plan import Aspect, PlanSet, SignalPlan
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.process import run_program

EVEN_DRIVER = '<vType id="car" sigma="0" speedDev="0"/>'


def road(folder: Path, *, length_m: float = 1000.0, speed_mps: float = 20.0) -> Path:
    """One straight one-way street of one lane, in one link `main`."""
    nodes = {"a": (0.0, 0.0), "b": (length_m, 0.0)}
    return _built(folder, nodes, {"main": ("a", "b")}, speed_mps=speed_mps)


def crossing(folder: Path, *options: str) -> Path:
    """Two one-way streets that cross at the signal `x`: west_in to east_out, south_in to north_out."""
    nodes = {"x": (0.0, 0.0), "w": (-400.0, 0.0), "e": (400.0, 0.0), "s": (0.0, -400.0), "n": (0.0, 400.0)}
    links = {"west_in": ("w", "x"), "east_out": ("x", "e"), "south_in": ("s", "x"), "north_out": ("x", "n")}
    return _built(folder, nodes, links, signals=("x",), options=options)


def avenue(folder: Path) -> Path:
    """A one-way avenue `w1 w2 w3` that crosses two one-way streets at the signals `x` and `y`: s1 to n1, s2 to n2."""
    nodes = {"w": (-300.0, 0.0), "x": (0.0, 0.0), "y": (250.0, 0.0), "e": (550.0, 0.0)}
    sides = {"a": (0.0, -300.0), "b": (0.0, 300.0), "c": (250.0, -300.0), "d": (250.0, 300.0)}
    links = {"w1": ("w", "x"), "w2": ("x", "y"), "w3": ("y", "e")}
    streets = {"s1": ("a", "x"), "n1": ("x", "b"), "s2": ("c", "y"), "n2": ("y", "d")}
    return _built(folder, nodes | sides, links | streets, signals=("x", "y"))


def ring(folder: Path) -> Path:
    """Four one-way streets round a block, each with an entry and an exit, and nobody keeps junctions clear."""
    corners = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (100.0, 100.0), "d": (0.0, 100.0)}
    outer = {"A": (-200.0, 0.0), "B": (100.0, -200.0), "C": (300.0, 100.0), "D": (0.0, 300.0)}
    pairs = ["ab", "bc", "cd", "da", "Aa", "Bb", "Cc", "Dd", "aA", "bB", "cC", "dD"]
    options = ("--default.junctions.keep-clear", "false", "--no-turnarounds")
    return _built(folder, corners | outer, {pair: (pair[0], pair[1]) for pair in pairs}, options=options)


def routes(folder: Path, *lines: str, name: str = "demand.rou.xml") -> Path:
    """A route file of the lines given."""
    path = folder / name
    path.write_text("<routes>\n" + "\n".join(lines) + "\n</routes>\n")
    return path


def flow(name: str, links: str, vehicles: int, *, end_s: float, attributes: str = "") -> str:
    """Vehicles at even times from 0 s on."""
    return (
        f'<flow id="{name}" begin="0" end="{end_s}" number="{vehicles}" departLane="best" {attributes}>'
        f'<route edges="{links}"/></flow>'
    )


def ring_routes(folder: Path, *, vehicles: int = 900, end_s: float = 3600) -> Path:
    """Vehicles that drive three quarters round the ring, from every side: they lock each other in."""
    tours = ("Aa ab bc cd dD", "Bb bc cd da aA", "Cc cd da ab bB", "Dd da ab bc cC")
    return routes(folder, *(flow(f"f{one}", tour, vehicles, end_s=end_s) for one, tour in enumerate(tours)))


def inputs(
    net: Path, demand: Path, *, end_s: float | None, limit_s: float = 7200.0, **more: object
) -> SimulationInputs:
    """A scenario from 0 s on, all of it analysed."""
    given = {
        "name": net.parent.name,
        "net_file": net,
        "route_files": (demand,),
        "additional_files": (),
        "begin_s": 0.0,
        "analysis_begin_s": 0.0,
        "end_s": end_s,
        "limit_s": limit_s,
        "digest": f"{net}{demand}",
    }
    return SimulationInputs(**(given | more))  # type: ignore[arg-type] # keyword by keyword as the caller says


def with_greens(net: Path, greens_s: tuple[float, ...]) -> PlanSet:
    """The network's plans with other greens, intergreens kept."""
    return PlanSet(tuple(_retimed(plan, greens_s) for plan in read_plans(net)))


def _retimed(plan: SignalPlan, greens_s: tuple[float, ...]) -> SignalPlan:
    left = list(greens_s)
    intervals = tuple(
        interval if Aspect.YELLOW in interval.aspects else replace(interval, duration_s=left.pop(0))
        for interval in plan.intervals
    )
    return replace(plan, intervals=intervals)


def _built(
    folder: Path,
    nodes: dict[str, tuple[float, float]],
    links: dict[str, tuple[str, str]],
    *,
    speed_mps: float = 13.9,
    signals: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {name: "traffic_light" if name in signals else "priority" for name in nodes}
    node_lines = (f'<node id="{one}" x="{x}" y="{y}" type="{kinds[one]}"/>' for one, (x, y) in nodes.items())
    link_lines = (
        f'<edge id="{one}" from="{a}" to="{b}" numLanes="1" speed="{speed_mps}"/>' for one, (a, b) in links.items()
    )
    node_file, link_file, net = folder / "roads.nod.xml", folder / "roads.edg.xml", folder / "roads.net.xml"
    node_file.write_text(f"<nodes>{''.join(node_lines)}</nodes>")
    link_file.write_text(f"<edges>{''.join(link_lines)}</edges>")
    run_program([binary("netconvert"), "-n", node_file, "-e", link_file, "-o", net, *options])
    return net
