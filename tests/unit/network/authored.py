"""A small authored road model for tests: a signalised cross, a roundabout, an interchange, a U-turn opening."""

from pathlib import Path

MANIFEST = """\
name: toy
title: {en: Toy, ar: لعبة}
licence: ODbL-1.0
attribution: none
projection: "+proj=utm +zone=37 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"
variants:
  present: {date: "2026-01-01", file: toy.net.xml.gz}
  before: {date: "2024-12-31", file: toy-before.net.xml.gz}
classes:
  expressway: {lane_width_m: 3.5, median_m: 7.0, priority: 12}
  arterial: {lane_width_m: 3.25, median_m: 5.0, priority: 9}
  street: {lane_width_m: 3.0, median_m: 0.0, priority: 6}
  ramp: {lane_width_m: 3.5, median_m: 0.0, priority: 5}
  circulating: {lane_width_m: 3.75, median_m: 0.0, priority: 10}
defaults:
  pocket_m: 60
  pocket_needs_m: 80
  ramp_speed_kmh: 40
  ring_speed_kmh: 35
  acceleration_lane_m: 180
"""

# About 0.01 degrees apart: 0.93 km east to west, 1.1 km north to south.
PLACES = {
    "cross": ("junction", 33.50, 36.30),
    "ring": ("junction", 33.50, 36.31),
    "bridge": ("junction", 33.50, 36.32),
    "opening": ("bend", 33.50, 36.295),
    "west": ("gate", 33.50, 36.29),
    "north": ("gate", 33.51, 36.30),
    "south": ("gate", 33.49, 36.30),
    "ring_n": ("end", 33.51, 36.31),
    "road_n": ("gate", 33.51, 36.32),
    "road_s": ("gate", 33.49, 36.32),
    "east": ("gate", 33.50, 36.33),
}
NODES = ["id,name_en,name_ar,kind,lat,lon,confidence"] + [
    f"{key},{key.title()},عقدة,{kind},{lat},{lon},C" for key, (kind, lat, lon) in PLACES.items()
]
_LINK_HEAD = "from_id,to_id,name_en,name_ar,road_class,lanes_fwd,lanes_bwd,speed_kmh,median_m,level,via,confidence"
LINKS = [
    _LINK_HEAD,
    "west,opening,Main,رئيسي,arterial,3,3,60,,0,,A",
    "opening,cross,Main,رئيسي,arterial,3,3,60,,0,,A",
    "cross,ring,Main,رئيسي,arterial,3,3,60,,0,,A",
    "ring,bridge,Main,رئيسي,street,2,2,50,,0,,B",
    "bridge,east,Main,رئيسي,street,2,2,50,,0,,B",
    "north,cross,Side,جانبي,street,2,2,40,,0,,C",
    "cross,south,Side,جانبي,street,2,2,40,,0,,C",
    "ring,ring_n,Garden,حديقة,street,1,1,30,,0,,C",
    "road_s,bridge,Highway,طريق,expressway,3,3,80,,0,,B",
    "bridge,road_n,Highway,طريق,expressway,3,3,80,,0,,B",
]
CONTROLS = [
    "node_id,control,radius_m,ring_lanes,through_a,through_b,terminal_m,ramp_m,cycle_s",
    "cross,signal,,,,,,,100",
    "ring,roundabout,40,2,,,,,",
    "bridge,interchange,,,road_s,road_n,60,160,90",
    "opening,u_turn,,,,,,,",
]
CHANGES = ["date,from_id,to_id,lanes_fwd,lanes_bwd", "2025-08-10,north,cross,3,0"]


def written(folder: Path, **tables: list[str]) -> Path:
    """Write the toy model, with tables replaced by name, and return its folder."""
    parts = {"nodes": NODES, "links": LINKS, "controls": CONTROLS, "changes": CHANGES, **tables}
    (folder / "network.yaml").write_text(MANIFEST, encoding="utf-8")
    for name, lines in parts.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
