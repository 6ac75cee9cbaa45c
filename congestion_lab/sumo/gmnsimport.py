"""A network in GMNS tables made into a net: links as they are listed, signals where the tables say."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.files import write_text
from congestion_lab.core.geometry import Point
from congestion_lab.network.edits import Edits
from congestion_lab.network.gmns import FILES, Gmns, GmnsLink, GmnsNode, read_gmns
from congestion_lab.network.model import Network
from congestion_lab.network.quality import Quality, quality_of
from congestion_lab.sumo.importfolder import UNKNOWN, Imported, Origin, counts_of
from congestion_lab.sumo.importsettings import SETTINGS, Setting
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.netconvert import without_header
from congestion_lab.sumo.netfile import read_intersections, read_network
from congestion_lab.sumo.networkbuild import with_programs
from congestion_lab.sumo.osmimport import strongly_connected
from congestion_lab.sumo.process import run_program
from congestion_lab.sumo.startplans import CYCLE_S, start_plans

_USUAL_KMH = 50.0
_TIMEOUT_S = 3600.0
# What the tables say already, netconvert must not guess or change: nodes, ids and projections of planes.
_ONLY_MAPS = ("osm.", "geometry.remove", "junctions.join", "max-join-ids", "proj.utm", "output.original", "ramps.")


def import_gmns(folder: Path, told: Callable[[str], None]) -> tuple[Imported, Network]:
    """Import the tables of a folder.

    Returns:
        What is to be written, and the network.

    Raises:
        NetworkError: The tables cannot be used; every fault is named.
        SumoFailedError: netconvert refused them.
    """
    told("reading the tables")
    tables = read_gmns(folder)
    settings = tuple(one for one in SETTINGS if not one.option.startswith(_ONLY_MAPS))
    projection = (Setting("proj.utm", "true", "metres, by the zone the network lies in"),) if tables.degrees else ()
    told("building the net")
    text, network, lost = _built(tables, (*settings, *projection))
    told("checking what came out")
    unused = sum(not link.for_cars for link in tables.links)
    left_out = {"link not for cars": unused, "link that cannot be reached or left": lost}
    made = Imported(
        net_text=text,
        origin=Origin(
            "gmns", folder.name, digest_of([digest_of_file(folder / name) for name in FILES]), "", "unknown", UNKNOWN
        ),
        quality=Quality(quality_of(network)),
        settings=(*settings, *projection),
        options={},
        edits=Edits(),
        fixes=Edits(),
        counts=counts_of(network),
        left_out={reason: count for reason, count in left_out.items() if count},
        assumptions=(*tables.assumed, f"Each signal starts with an assumed fixed plan of {CYCLE_S:.0f} s or longer."),
    )
    return made, network


def _built(tables: Gmns, settings: tuple[Setting, ...]) -> tuple[str, Network, int]:
    """Return the net, what it holds, and how many links were taken out because nobody could get there or away."""
    roads = [link for link in tables.links if link.for_cars]
    if not roads:
        raise NetworkError(Fault("no link is for cars", "check `allowed_uses` and `lanes`", "link.csv"))
    with tempfile.TemporaryDirectory() as scratch:
        nodes, edges, raw = (Path(scratch) / name for name in ("gmns.nod.xml", "gmns.edg.xml", "gmns.net.xml"))
        used = {end for link in roads for end in link.ends}
        write_text(nodes, _document("nodes", (_node(node) for node in tables.nodes.values() if node.id in used)))
        write_text(edges, _document("edges", (line for link in roads for line in _edges(link))))
        command = [f"--node-files={nodes}", f"--edge-files={edges}", f"--output-file={raw}"]
        run_program([binary("netconvert"), *command, *map(str, settings)], timeout_s=_TIMEOUT_S)
        whole = read_network(raw)
        network = strongly_connected(raw, whole)
        plans = start_plans(read_intersections(raw), network)
        text = with_programs(without_header(raw.read_text(encoding="utf-8")), plans)
    return text, network, len(whole.links) - len(network.links)


def _document(root: str, lines: Iterator[str]) -> str:
    return f"<{root}>\n" + "\n".join(lines) + f"\n</{root}>\n"


def _node(node: GmnsNode) -> str:
    x, y = node.position
    kind = "traffic_light" if node.signal else "priority"
    return f'<node id={quoteattr(node.id)} x="{x:.8f}" y="{y:.8f}" type="{kind}"/>'


def _edges(link: GmnsLink) -> Iterator[str]:
    yield _edge(link, link.id, link.ends, link.shape)
    if not link.directed:
        yield _edge(link, f"-{link.id}", (link.ends[1], link.ends[0]), link.shape[::-1])


def _edge(link: GmnsLink, name: str, ends: tuple[str, str], shape: tuple[Point, ...]) -> str:
    speed = (link.speed_kmh or _USUAL_KMH) / 3.6
    said = {"id": name, "from": ends[0], "to": ends[1], "name": link.name, "type": link.kind}
    said |= {
        "numLanes": f"{link.lanes or 1}",
        "speed": f"{speed:.2f}",
        "spreadType": "center" if link.directed else "right",
    }
    if shape:
        said["shape"] = " ".join(f"{x:.8f},{y:.8f}" for x, y in shape)
    return "<edge " + " ".join(f"{key}={quoteattr(value)}" for key, value in said.items() if value) + "/>"
