"""An import from beginning to end: a map or a net, edits and repairs, checks, and what readers must know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from congestion_lab.core.digests import digest_of_file
from congestion_lab.network.checks import Severity
from congestion_lab.network.maps.changes import listed
from congestion_lab.network.maps.changes import told as in_words
from congestion_lab.network.maps.edits import Edits
from congestion_lab.network.maps.mapfacts import MapFacts
from congestion_lab.network.maps.osm import OsmMap
from congestion_lab.network.maps.quality import Quality, quality_of, quality_of_map
from congestion_lab.network.maps.roadscope import Scope
from congestion_lab.network.model import Network
from congestion_lab.sumo.building.importfolder import UNKNOWN, Imported, Origin, counts_of
from congestion_lab.sumo.building.importsettings import CLASSES, GUESSED_SIGNALS
from congestion_lab.sumo.building.netconvert import without_header
from congestion_lab.sumo.building.osmimport import Built, build
from congestion_lab.sumo.building.startplans import CYCLE_S, unsafe
from congestion_lab.sumo.files.xmlfiles import unpacked
from congestion_lab.sumo.nets.netfile import read_network

_ERROR = Severity.ERROR.value
_USUAL_KMH = {f"highway.{one.kind}": one.speed_kmh for one in CLASSES}


@dataclass(frozen=True)
class Wishes:
    """What the user asks of an import.

    Attributes:
        scope: Which roads are in besides public ones.
        guess: Whether signals are guessed where the map has none at all.
        fix: Whether safe repairs are applied.
        edits: The planner's corrections.
    """

    scope: Scope = field(default_factory=Scope)
    guess: bool = True
    fix: bool = False
    edits: Edits = field(default_factory=Edits)


def import_map(osm: OsmMap, origin: Origin, wishes: Wishes, told: Callable[[str], None]) -> tuple[Imported, Network]:
    """Import a map.

    Returns:
        What is to be written, and the network.

    Raises:
        NetworkError: The map holds no road that could be driven on.
        SumoFailedError: netconvert refused it.
    """
    built, quality = _built(osm, wishes, wishes.edits, told)
    fixes = _respecting(quality.repairs, wishes.edits) if wishes.fix else Edits()
    undone = ""
    if len(fixes):
        told("building again with repairs")
        mended, after = _built(osm, wishes, fixes + wishes.edits, told)
        if after.counts[_ERROR] <= quality.counts[_ERROR]:
            built, quality = mended, replace(after, fixed=tuple(map(in_words, listed(fixes))))
        else:
            undone = f"{len(fixes)} repairs were tried and undone, because they brought more errors than they removed."
            fixes = Edits()
    lost = [edit for edit, _ in built.changed.lost]
    quality = replace(quality, edited=tuple(in_words(one) for one in listed(wishes.edits) if one not in lost))
    made = Imported(
        net_text=built.text,
        origin=origin,
        quality=quality,
        settings=built.settings,
        options=_options(wishes),
        edits=wishes.edits,
        fixes=fixes,
        counts=counts_of(built.network),
        left_out=built.scoped.left_out,
        assumptions=(*_assumptions(built), *([undone] if undone else [])),
    )
    return made, built.network


def _respecting(fixes: Edits, edits: Edits) -> Edits:
    """Return repairs without those that a planner has ruled out."""
    apart = {node for edit in edits.joins if not edit.join for node in edit.nodes}
    return fixes.model_copy(update={"joins": tuple(edit for edit in fixes.joins if not apart & set(edit.nodes))})


def _built(osm: OsmMap, wishes: Wishes, edits: Edits, told: Callable[[str], None]) -> tuple[Built, Quality]:
    built = build(osm, edits, wishes.scope, guess=wishes.guess, told=told)
    told("checking what came out")
    facts = MapFacts(
        network=built.network,
        osm=built.osm,
        scoped=built.scoped,
        places=built.places,
        changed=built.changed,
        unreached=tuple(built.unreached.links.values()),
        unsafe=unsafe(built.plans, built.intersections),
        usual_kmh=_USUAL_KMH,
    )
    return built, Quality(quality_of_map(facts), lost=facts.lost)


def import_net(path: Path, told: Callable[[str], None]) -> tuple[Imported, Network]:
    """Import a SUMO net as it is: nothing of it is changed, all of it is checked.

    Raises:
        NetworkError: The file is no SUMO net, or is damaged.
    """
    told("reading the net")
    network = read_network(path)
    told("checking what came out")
    quality = Quality(quality_of(network))
    with unpacked(path) as stream:
        text = without_header(stream.read().decode("utf-8"))
    origin = Origin("net", path.name, digest_of_file(path), "", "unknown", UNKNOWN)
    assumptions = ("The net is used as it was given: roads, signals and their timings are whoever's who made it.",)
    made = Imported(text, origin, quality, (), {}, Edits(), Edits(), counts_of(network), {}, assumptions)
    return made, network


def _options(wishes: Wishes) -> Mapping[str, object]:
    scope = {"service": wishes.scope.service, "footways": wishes.scope.footways}
    return {**scope, "guess_signals": wishes.guess, "fix": wishes.fix}


def _assumptions(built: Built) -> tuple[str, ...]:
    ways = built.scoped.map.ways.values()
    lanes = sum("lanes" in way.tags for way in ways)
    speeds = sum("maxspeed" in way.tags for way in ways)
    joined = f"{len(built.joined)} groups of junctions were made one because no car finds room to stand between them."
    guessed = any(setting in GUESSED_SIGNALS for setting in built.settings)
    said = [
        f"{len(ways) - lanes} of {len(ways)} ways have no number of lanes on the map; that of their class is assumed.",
        f"{len(ways) - speeds} of {len(ways)} ways have no speed limit on the map; that of their class is assumed.",
        f"No map tells signal timings: each signal starts with an assumed fixed plan of {CYCLE_S:.0f} s or longer.",
    ]
    said += [joined] if built.joined else []
    if guessed:
        said.append("The map shows no signal at all, so signals are guessed where large roads cross; each is listed.")
    elif not built.places.mapped:
        said.append("The map shows no signal, and none was guessed.")
    if built.scoped.one_lane:
        said.append("Two-way roads of one lane have a lane each way at 15 km/h, together about one lane's capacity.")
    return tuple(said)
