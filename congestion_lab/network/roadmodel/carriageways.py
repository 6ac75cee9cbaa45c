"""One-way carriageways from streets, with turn lanes where a signal or a U-turn opening asks for them."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from congestion_lab.core.geometry import polyline_length_m
from congestion_lab.network.alignment import (
    cut,
    offset,
    rounded,
    simplified,
)
from congestion_lab.network.roadmodel.lanepaths import left_turns
from congestion_lab.network.roadmodel.manifest import Defaults
from congestion_lab.network.roadmodel.roadplan import Control, PlanLink
from congestion_lab.network.roadmodel.streets import Draft, DraftNode, Street

_CURVE_M = 35.0  # from a corner of an alignment to where its curve begins
_REFUGE_M = 2.0  # what stays of a median beside a turn lane cut into it: people wait there, MUTCD 3I.06 (6 ft)
_POCKET_SHARE = 0.5  # of a short link that its turn lane may take


def carriageways(street: Street) -> Iterator[PlanLink]:
    """Yield the one or two links of a street; the left edge of a link is its reference line."""
    pairs = ((street, street.lanes_fwd), (street.turned_about(), street.lanes_bwd))
    for driven, lanes in pairs:
        if lanes:
            yield _link(driven, lanes)


def _link(street: Street, lanes: int) -> PlanLink:
    aside = -lanes * street.lane_width_m / 2 if street.one_way else street.median_m / 2
    return PlanLink(
        id=street.forward_id,
        from_node=street.from_node,
        to_node=street.to_node,
        lanes=lanes,
        pockets=0,
        speed_mps=street.speed_mps,
        lane_width_m=street.lane_width_m,
        shape=offset(simplified(rounded(street.line, _CURVE_M)), aside),
        kind=street.kind,
        level=street.level,
        priority=street.priority,
        name_en=street.name_en,
        name_ar=street.name_ar,
        confidence=street.confidence,
    )


def reverses(streets: Iterable[Street]) -> dict[str, str]:
    """Return the opposite carriageway of each link of a two-way street."""
    found = {}
    for street in streets:
        if not street.one_way:
            found[street.forward_id] = street.backward_id
            found[street.backward_id] = street.forward_id
    return found


def with_turn_lanes(
    draft: Draft,
    links: Iterable[PlanLink],
    opposite: Mapping[str, str],
    medians: Mapping[str, float],
    assumed: Defaults,
) -> tuple[list[PlanLink], list[DraftNode]]:
    """Return the links, those with a left turn ahead widened before it, and the nodes where they widen.

    Args:
        draft: Nodes and streets.
        links: Carriageways.
        opposite: Opposite carriageway of each link of a two-way street.
        medians: Median of each link's street, metres.
        assumed: Lengths of turn lanes.
    """
    all_links = list(links)
    outbound: dict[str, list[PlanLink]] = {}
    for link in all_links:
        outbound.setdefault(link.from_node, []).append(link)
    result: list[PlanLink] = []
    nodes: list[DraftNode] = []
    for link in all_links:
        node = draft.nodes[link.to_node]
        if not _wants_pocket(node, link, outbound.get(node.id, []), opposite, assumed):
            result.append(link)
            continue
        upstream, pocket = widened(link, medians.get(link.id, 0.0), assumed.pocket_m)
        result += [upstream, pocket]
        nodes.append(DraftNode(upstream.to_node, pocket.shape[0], Control.MERGE, node.name_en, node.name_ar))
    return result, nodes


def _wants_pocket(
    node: DraftNode, link: PlanLink, outbound: list[PlanLink], opposite: Mapping[str, str], assumed: Defaults
) -> bool:
    if polyline_length_m(link.shape) < assumed.pocket_needs_m:
        return False
    back = opposite.get(link.id)
    if node.u_turn:
        return back is not None
    return node.control is Control.SIGNAL and bool(left_turns(link, [out for out in outbound if out.id != back]))


def widened(link: PlanLink, median_m: float, pocket_m: float) -> tuple[PlanLink, PlanLink]:
    """Return a link in two parts, the second with one more lane on the left, cut into the median if there is room."""
    length = polyline_length_m(link.shape)
    begin = length - min(pocket_m, _POCKET_SHARE * length)
    split = f"{link.id}.split"
    upstream = dataclasses.replace(link, to_node=split, shape=cut(link.shape, 0, begin))
    room = max(0.0, min(link.lane_width_m, median_m - _REFUGE_M))
    pocket = dataclasses.replace(
        link,
        id=f"{link.id}.turn",
        from_node=split,
        lanes=link.lanes + 1,
        pockets=1,
        shape=offset(cut(link.shape, begin, length), -room),
    )
    return upstream, pocket
