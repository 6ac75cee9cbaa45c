"""The map of Zahra, an invented town: what it shows, and the slips that every real map has some of.

Points are metres east and north of the town's middle. All names are invented.
"""

from xml.sax.saxutils import quoteattr

_LAT, _LON = 34.6, 38.9  # in the open desert
_M_PER_DEGREE = 111_320.0
_COS_LAT = 0.82314

Tags = dict[str, str]

POINTS: dict[int, tuple[float, float]] = {
    # Station Avenue, from the western gate over the ring to the eastern one
    10: (-1000, -30), 11: (-622, -4), 12: (-578, 4), 13: (-400, 12), 14: (-200, 0), 15: (0, -6), 16: (220, 0),
    17: (440, 14), 18: (640, 20), 19: (1050, 60),
    # the ring on Fountain Square
    20: (-600, 22), 21: (-600, -22), 22: (-584, 16), 23: (-616, 16), 24: (-616, -16), 25: (-584, -16),
    # Market Street, south to north
    30: (-210, -850), 31: (-206, -380), 32: (-202, 180), 33: (-196, 370), 34: (-180, 850),
    # Citadel Street, south to north
    40: (190, -850), 41: (205, -370), 42: (226, 172), 43: (232, 380), 44: (260, 850), 45: (228, 240),
    # Mill Road and School Street
    50: (-600, -360), 51: (-380, -385), 52: (0, -392), 53: (650, -350), 60: (-600, 350), 61: (0, 385), 62: (648, 372),
    # Garden Street, Old Lane, Pottery Lane
    70: (644, 190), 71: (645, -170), 80: (20, 168), 81: (440, 236),
    # Well Lane, and Quarry Road beyond the dry river
    90: (-420, 358), 91: (-430, 520), 95: (760, -640), 96: (930, -655), 97: (935, -760),
}  # fmt: skip
SIGNALS = (14, 16, 33, 43, 52)

_RESIDENTIAL = {"highway": "residential"}


def _named(english: str, arabic: str, highway: str, **more: str) -> Tags:
    return {"highway": highway, "name": arabic, "name:ar": arabic, "name:en": english, **more}


WAYS: dict[int, tuple[tuple[int, ...], Tags]] = {
    100: ((10, 11), _named("Station Avenue", "شارع المحطة", "primary", lanes="4")),
    101: ((12, 13, 14), _named("Station Avenue", "شارع المحطة", "primary", lanes="4")),
    104: ((14, 15, 16), _named("Station Avenue", "شارع المحطة", "primary", lanes="4")),
    102: ((16, 17, 18, 19), _named("Station Avenue", "شارع المحطة", "primary", lanes="4")),
    103: (
        (12, 22, 20, 23, 11, 24, 21, 25, 12),
        _named("Fountain Square", "ساحة النافورة", "primary", lanes="2", junction="roundabout"),
    ),
    110: ((30, 31, 14), _named("Market Street", "شارع السوق", "secondary", lanes="2")),
    111: ((14, 32, 33, 34), _named("Market Street", "شارع السوق", "secondary", lanes="2")),
    120: ((40, 41, 16, 42, 45, 43, 44), _named("Citadel Street", "شارع القلعة", "secondary", lanes="4")),
    130: ((21, 50), _named("Orchard Road", "طريق البساتين", "tertiary")),
    131: ((20, 60), _named("Orchard Road", "طريق البساتين", "tertiary")),
    140: ((50, 51, 31), _named("Mill Road", "طريق الطاحونة", "tertiary")),
    141: ((31, 52, 41), _named("Mill Road", "طريق الطاحونة", "tertiary", maxspeed="500")),  # one nought too many
    142: ((41, 53), _named("Mill Road", "طريق الطاحونة", "tertiary")),
    150: ((60, 90, 33, 61, 43, 62), _named("School Street", "شارع المدرسة", "tertiary")),
    160: ((53, 71, 18), _named("Garden Street", "شارع الحديقة", "residential", oneway="yes")),
    161: ((62, 70, 18), _named("Garden Street", "شارع الحديقة", "residential", oneway="yes")),  # drawn the wrong way
    170: ((32, 80, 42), _named("Old Lane", "الزقاق القديم", "residential", lanes="1")),
    180: ((45, 81, 70), _named("Pottery Lane", "زقاق الفخار", "residential")),
    190: ((90, 91), _named("Well Lane", "زقاق البئر", "residential")),
    195: ((95, 96, 97), _named("Quarry Road", "طريق المحجر", "unclassified")),  # its bridge was never drawn
}  # fmt: skip
NO_LEFT = ((101, 14, 111),)  # from way, via node, to way


def place(x_m: float, y_m: float) -> tuple[float, float]:
    """Return latitude and longitude of a point of the town."""
    return _LAT + y_m / _M_PER_DEGREE, _LON + x_m / (_M_PER_DEGREE * _COS_LAT)


def osm_text() -> str:
    """Return the map as OpenStreetMap's XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="drawn by hand">']
    for node, (x_m, y_m) in POINTS.items():
        lat, lon = place(x_m, y_m)
        tags = {"highway": "traffic_signals"} if node in SIGNALS else {}
        lines.append(f'<node id="{node}" lat="{lat:.6f}" lon="{lon:.6f}">{_tags(tags)}</node>')
    for way, (nodes, tags) in WAYS.items():
        lines.append(
            f'<way id="{way}">{"".join(f"<nd ref={quoteattr(str(node))}/>" for node in nodes)}{_tags(tags)}</way>'
        )
    for number, (first, via, last) in enumerate(NO_LEFT, start=500):
        members = (("way", first, "from"), ("node", via, "via"), ("way", last, "to"))
        ends = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        tags = {"type": "restriction", "restriction": "no_left_turn"}
        lines.append(f'<relation id="{number}">{ends}{_tags(tags)}</relation>')
    return "\n".join((*lines, "</osm>", ""))


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
