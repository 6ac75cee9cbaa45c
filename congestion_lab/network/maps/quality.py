"""The quality of an imported network: all checks together, each finding with its place and its repair."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from congestion_lab.network.checks import Finding, Severity, check_network
from congestion_lab.network.maps.changes import Edit
from congestion_lab.network.maps.edits import Edits, JoinEdit, RoadEdit, SignalEdit, TurnEdit
from congestion_lab.network.maps.issues import REPAIRS, Issue, located
from congestion_lab.network.maps.joining import merged
from congestion_lab.network.maps.lostroads import LostRoads
from congestion_lab.network.maps.mapfacts import MapFacts
from congestion_lab.network.maps.maprules import MAP_RULES
from congestion_lab.network.maps.origins import globe_of, ways_of
from congestion_lab.network.maps.turnrules import restrictions_dropped, restrictions_unread
from congestion_lab.network.model import Network

_HIGHEST_KMH = 130.0


@dataclass(frozen=True)
class Quality:
    """What an import found.

    Attributes:
        issues: Worst first, then by rule and place.
        fixed: Repairs that were applied without asking, in words.
        edited: Edits of the planner that took effect, in words.
        lost: Streets of the map that are not in the network.
    """

    issues: tuple[Issue, ...]
    fixed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    lost: LostRoads = field(default_factory=LostRoads)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many issues there are of each severity."""
        found = Counter(one.finding.severity for one in self.issues)
        return {severity.value: found[severity] for severity in Severity}

    @property
    def by_rule(self) -> Mapping[str, tuple[Issue, ...]]:
        """The issues of each rule, in order."""
        grouped: dict[str, list[Issue]] = {}
        for one in self.issues:
            grouped.setdefault(one.finding.rule, []).append(one)
        return {rule: tuple(issues) for rule, issues in grouped.items()}

    @property
    def repairs(self) -> Edits:
        """The repairs that can be applied without asking."""
        edits = dict.fromkeys(one.edit for one in self.issues if one.edit is not None)  # a way's links share one
        return Edits(
            roads=tuple(edit for edit in edits if isinstance(edit, RoadEdit)),
            signals=tuple(edit for edit in edits if isinstance(edit, SignalEdit)),
            turns=tuple(edit for edit in edits if isinstance(edit, TurnEdit)),
            joins=merged(edit for edit in edits if isinstance(edit, JoinEdit)),
        )

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "counts": dict(self.counts),
            "by_rule": {rule: len(issues) for rule, issues in self.by_rule.items()},
            "fixed": list(self.fixed),
            "edited": list(self.edited),
            "streets_left_out": self.lost.as_json(),
            "findings": [_plain(one) for one in self.issues],
        }


def quality_of(network: Network) -> tuple[Issue, ...]:
    """Return what is to be looked at in a network of which no map is at hand."""
    globe = globe_of(network)
    found = (Issue(finding, REPAIRS[finding.rule]) for finding in check_network(network))
    return _ordered(located(one, globe) for one in found)


def quality_of_map(facts: MapFacts) -> tuple[Issue, ...]:
    """Return what is to be looked at in a network and the map that it was made from."""
    rules = (*MAP_RULES.values(), restrictions_dropped, restrictions_unread)
    found = [*_of_network(facts), *(one for rule in rules for one in rule(facts))]
    close = {one.finding.place for one in found if one.finding.rule == "close_junctions"}
    told = (one for one in found if one.finding.rule != "short_links" or one.finding.place not in close)
    return _ordered(located(one, facts.globe) for one in told)


def _of_network(facts: MapFacts) -> Iterator[Issue]:
    for finding in check_network(facts.network):
        one = Issue(finding, REPAIRS[finding.rule])
        yield replace(one, edit=_usual_speed(facts, finding)) if finding.rule == "speeds" else one


def _usual_speed(facts: MapFacts, finding: Finding) -> Edit | None:
    """Return the edit that gives a link of impossible speed the usual one of its kind."""
    link = facts.network.links[finding.place]
    usual = facts.usual_kmh.get(link.kind)
    ways = [way for way in ways_of(link) if way in facts.osm.ways]
    if usual is None or not ways or 3.6 * link.speed_mps <= _HIGHEST_KMH:
        return None
    return RoadEdit(way=ways[0], speed_kmh=usual, why=f"was {3.6 * link.speed_mps:.0f} km/h")


def _ordered(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    ranks = {severity: rank for rank, severity in enumerate(Severity)}
    return tuple(
        sorted(
            issues,
            key=lambda one: (ranks[one.finding.severity], one.finding.rule, one.finding.place, one.finding.message),
        )
    )


def _plain(one: Issue) -> dict[str, object]:
    lon, lat = one.degrees or (math.nan, math.nan)
    place = {} if one.degrees is None else {"lon": round(lon, 6), "lat": round(lat, 6), "map": one.map_link}
    edit = {} if one.edit is None else {"edit": one.edit.model_dump(exclude_defaults=True)}
    found = asdict(one.finding) | {"severity": one.finding.severity.value}
    return {**found, **place, "repair": one.repair, **edit}
