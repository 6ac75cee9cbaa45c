"""How netconvert reads a map: every setting with its reason, and what is assumed of each class of road.

The settings suit a dense city of the Middle East: narrow streets, divided arterials with junctions of several nodes,
roundabouts, few mapped signals and fewer mapped lanes.
"""

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr


@dataclass(frozen=True, slots=True)
class Setting:
    """One option of netconvert.

    Attributes:
        option: Its name.
        value: Its value.
        reason: Why.
    """

    option: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"--{self.option}={self.value}"


SETTINGS: tuple[Setting, ...] = (
    Setting("proj.utm", "true", "metres, by the zone the map lies in, so that lengths are true"),
    Setting(
        "geometry.remove", "true", "points that only bend a street or change nothing become its shape: fewer links"
    ),
    Setting("geometry.min-dist", "0.5", "points closer than that are slips of the hand and make kinks"),
    Setting("junctions.join", "true", "a crossing of divided roads is one junction, not four that block each other"),
    Setting("junctions.join-dist", "15", "carriageways of city arterials lie up to that far apart"),
    Setting("max-join-ids", "1000", "a joined junction names all its nodes, so that edits and checks find them"),
    Setting("roundabouts.guess", "true", "many rings are drawn without the tag; traffic in them has the right of way"),
    Setting("roundabouts.guess.max-length", "1200", "squares of the region have rings of up to 380 m diameter"),
    Setting("ramps.guess", "true", "links to trunk roads get their acceleration lanes"),
    Setting("ramps.min-highway-speed", "22", "on trunk roads (80 km/h and more) only; primary roads have no ramps"),
    Setting("ramps.max-ramp-speed", "21", "what joins at less than 75 km/h is the ramp"),
    Setting("osm.turn-lanes", "true", "lanes are used as the arrows on them say; netconvert ignores them by default"),
    Setting("tls.discard-simple", "false", "signals are placed on junctions before, so that none has to be discarded"),
    Setting("tls.guess-signals", "false", "same reason; netconvert's way needs a signal on every entry"),
    Setting("tls.join", "true", "signals of one crossing run under one controller"),
    Setting("tls.join-dist", "25", "divided arterials with a wide median still are one crossing"),
    Setting("tls.group-signals", "false", "every head has an index of its own, so that plans can be told apart"),
    Setting("tls.default-type", "static", "fixed time, the control that every controller knows"),
    Setting("no-turnarounds.except-deadend", "true", "U-turns at every junction are neither legal nor usual"),
    Setting("keep-edges.by-vclass", "passenger", "the model carries motor traffic"),
    Setting("remove-edges.isolated", "true", "a street that meets no other carries nobody"),
    Setting("keep-edges.components", "1", "what does not touch the network cannot be driven to"),
    Setting("junctions.corner-detail", "5", "corners drawn round, as they are built"),
    Setting("junctions.internal-link-detail", "6", "paths across junctions drawn as they are driven"),
    Setting("junctions.limit-turn-speed", "5.5", "nobody takes a corner at the street's limit (SUMO's own figure)"),
    Setting("output.street-names", "true", "reports name streets"),
    Setting("output.original-names", "true", "each lane keeps the ids of its ways: edits and checks go by them"),
    Setting("osm.all-attributes", "true", "needed for the next"),
    Setting("osm.extra-attributes", "name:ar,level", "the Arabic name, and whether a road is a bridge or a tunnel"),
)

GUESSED_SIGNALS: tuple[Setting, ...] = (
    Setting("tls.guess", "true", "a map without a single signal leaves the large crossings to chance"),
    Setting("tls.guess.threshold", "97", "sum of the limits of entering lanes, m/s: two roads of two lanes each way"),
    Setting("tls.guess.joining", "false", "junctions are joined before"),
)


def settings_for(footways: bool) -> tuple[Setting, ...]:  # noqa: FBT001 -- there is nothing else to say
    """Return the settings, with ways for people on foot and bicycles kept if they are wanted."""
    kept = Setting("keep-edges.by-vclass", "passenger,pedestrian,bicycle", "the user wants footways too")
    return tuple(kept if footways and one.option == kept.option else one for one in SETTINGS)


@dataclass(frozen=True, slots=True)
class RoadClass:
    """What is assumed of a class of road where the map says nothing.

    Attributes:
        kind: Value of `highway`.
        lanes: Lanes in each direction.
        speed_kmh: Speed limit.
        priority: Rank at junctions without signals; higher goes first.
        reason: Why.
    """

    kind: str
    lanes: int
    speed_kmh: float
    priority: int
    reason: str


# netconvert's own table allows 100 km/h on secondary roads, which are built-up streets in a city.
CLASSES: tuple[RoadClass, ...] = (
    RoadClass("motorway", 3, 100, 14, "urban motorways of the region have three lanes and limits of 90 to 110"),
    RoadClass("trunk", 2, 80, 13, "urban expressway"),
    RoadClass("primary", 2, 60, 12, "divided arterial"),
    RoadClass("secondary", 2, 50, 11, "arterial in the built-up area; two lanes unless mapped otherwise"),
    RoadClass("tertiary", 1, 50, 10, "collector street"),
    RoadClass("motorway_link", 1, 60, 9, "ramp"),
    RoadClass("trunk_link", 1, 50, 8, "ramp"),
    RoadClass("primary_link", 1, 40, 7, "slip lane or U-turn bay"),
    RoadClass("secondary_link", 1, 40, 6, "slip lane or U-turn bay"),
    RoadClass("tertiary_link", 1, 30, 5, "slip lane"),
    RoadClass("unclassified", 1, 50, 4, "through street of least rank"),
    RoadClass("residential", 1, 40, 3, "street with parked cars on both sides"),
    RoadClass("living_street", 1, 20, 2, "shared with people on foot"),
    RoadClass("service", 1, 15, 1, "alley, yard or car park"),
)
_RAILS = "tram rail_urban rail rail_electric rail_fast ship container cable_car subway aircraft drone"
_FOOT = ("footway", "path", "pedestrian", "steps", "cycleway")


def type_map() -> str:
    """Return the classes as netconvert's file of types."""
    roads = (
        f'<type id="highway.{one.kind}" numLanes="{one.lanes}" speed="{one.speed_kmh / 3.6:.2f}" '
        f'priority="{one.priority}" oneway="{str(one.kind == "motorway").lower()}" disallow={quoteattr(_RAILS)}/>'
        for one in CLASSES
    )
    paths = (
        f'<type id="highway.{kind}" numLanes="1" speed="1.39" priority="1" width="2" allow="pedestrian bicycle"/>'
        for kind in _FOOT
    )
    return "<types>\n" + "\n".join((*roads, *paths)) + "\n</types>\n"
