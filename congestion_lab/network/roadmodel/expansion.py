"""From authored tables to a detailed road plan."""

import datetime as dt

from congestion_lab.network.roadmodel.carriageways import carriageways, reverses, with_turn_lanes
from congestion_lab.network.roadmodel.interchanges import with_interchange
from congestion_lab.network.roadmodel.lanepaths import lane_paths
from congestion_lab.network.roadmodel.roadplan import PlanNode, RoadPlan, Roundabout
from congestion_lab.network.roadmodel.roadtables import RoadTables
from congestion_lab.network.roadmodel.roundabouts import with_roundabout
from congestion_lab.network.roadmodel.streets import Bends, Draft, DraftNode, drafted, smoothed

_CORNERS = ("roundabout", "fork")


def road_plan(tables: RoadTables, as_of: dt.date) -> RoadPlan:
    """Return the roads as of a day, drawn lane by lane."""
    draft, origin = drafted(tables, as_of)
    draft, roundabouts = _with_sites(smoothed(draft, _bends(tables)), tables)
    opposite = reverses(draft.streets)
    medians = {link_id: s.median_m for s in draft.streets if not s.one_way for link_id in (s.forward_id, s.backward_id)}
    plain = [link for street in draft.streets for link in carriageways(street)]
    links, splits = with_turn_lanes(draft, plain, opposite, medians, tables.manifest.defaults)
    nodes = {**draft.nodes, **{node.id: node for node in splits}}
    return RoadPlan(
        nodes=tuple(_planned(nodes[key]) for key in sorted(nodes)),
        links=tuple(sorted(links, key=lambda link: link.id)),
        paths=lane_paths(nodes, links, opposite),
        roundabouts=roundabouts,
        projection=tables.manifest.projection,
        origin=origin,
    )


def _bends(tables: RoadTables) -> Bends:
    corners = frozenset(row.node_id for row in tables.controls if row.control in _CORNERS)
    through = {row.node_id: (row.through_a, row.through_b) for row in tables.controls if row.control == "interchange"}
    return Bends(corners, through)


def _with_sites(draft: Draft, tables: RoadTables) -> tuple[Draft, tuple[Roundabout, ...]]:
    """Return the draft with its interchanges and roundabouts drawn."""
    roundabouts = []
    for row in tables.controls:
        if row.control == "interchange":
            draft = with_interchange(draft, row, tables.manifest)
    for row in tables.controls:
        if row.control == "roundabout":
            draft, roundabout = with_roundabout(draft, row, tables.manifest)
            roundabouts.append(roundabout)
    return draft, tuple(roundabouts)


def _planned(node: DraftNode) -> PlanNode:
    return PlanNode(node.id, node.position, node.control, node.name_en, node.name_ar, node.cycle_s)
