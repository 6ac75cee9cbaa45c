"""Legal plans for a crossroads of two lanes a way: any phase order the rules allow, any greens, any offset."""

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from congestion_lab.exporting.handover import Handover
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.retiming import retimed
from congestion_lab.signals.variants import variants
from congestion_lab.sumo.netfile import read_intersections, read_network, read_plans
from tests.junctions import crossroads


@cache
def crossroads_case(folder: Path, lanes: int) -> tuple[Network, Intersection, tuple[SignalPlan, ...]]:
    """A crossroads, and all the rings that it may legally run, with the greens that they come with."""
    net = crossroads(folder / str(lanes), lanes=lanes, minor_lanes=lanes)
    (site,) = read_intersections(net)
    (present,) = read_plans(net)
    return read_network(net), site, tuple(variant.plan for variant in variants(present, site))


@st.composite
def handovers(draw: st.DrawFn, folder: Path) -> Handover:
    """One legal plan with whole seconds, ready for an exporter."""
    network, site, rings = crossroads_case(folder, draw(st.integers(1, 3)))
    ring = draw(st.sampled_from(rings))
    greens = [float(draw(st.integers(5, 40))) for _ in phases(ring)]
    plan = retimed(ring, greens, float(draw(st.integers(-100, 200))))
    return Handover("case", PlanSet((plan,)), {site.controller_id: site}, network)
