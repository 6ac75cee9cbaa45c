"""`python docs/examples/remake.py [FOLDER]`: draws Zahra's map and lets cameras count a week of its traffic again.

Without a folder the files beside this one are written. The same program and SUMO give the same files. What drives
through Zahra is not what `am-peak.yaml` says: that is the prior, which the counts are to correct.
"""

import csv
import io
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from drawing import osm_text
from pyproj import Proj

from congestion_lab.core.geometry import polyline_length_m
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation import virtual
from congestion_lab.network.alignment import bearing, point_at
from congestion_lab.network.model import Network
from congestion_lab.scenarios.schema import load_scenario
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.demand.sightings import simulated_sightings
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.preparing.prepare import prepare

HERE = Path(__file__).parent
TRUTH = {  # what has changed in Zahra since the figures of the prior
    "mills: 7,": "mills: 11,",
    "station: 4,": "station: 6,",
    "level: {value: 1.0,": "level: {value: 1.2,",
    "[0.8, 0.9, 1.0, 1.0, 0.9, 0.8]": "[0.6, 0.9, 1.2, 1.2, 0.9, 0.6]",
}
SUNDAY = date(2026, 3, 1)
SHARES = (1.0, 1.03, 0.98, 1.01, 0.96, 0.35, 0.6)  # of a workday, Sunday to Saturday
CAMERAS = ("104", "-104", "101", "-102#0", "100", "-120#2", "120#1", "110#1", "-111#0", "141", "-120#5", "-102#1")
CLASSES = ("car", "microbus")
BEGIN_S, END_S, QUARTER_S = 25200.0, 30600.0, 900.0  # 07:00 to 08:30
BEFORE_STOP_M = 25.0
ERROR, SEED = 0.05, 3
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

Day = dict[tuple[str, float], list[str]]  # by camera link and end of the quarter: cars, microbuses, note


def main(target: Path) -> None:
    """Write map, camera places and counts."""
    _write(target / "zahra.osm", osm_text())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _build(folder, target / "zahra.osm")
        mapping = _mapping(read_network(folder / "networks/zahra/zahra.net.xml.gz"))
        _write(target / "cameras.yaml", "\n".join((*mapping, "")))
        days = [_day(folder, number) for number in range(len(SHARES))]
    _spoil(days)
    _write(target / "week.csv", _table(days))


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _build(folder: Path, osm: Path) -> None:
    """Make the network folder of the guide, with the true demand in place of the prior."""
    target = folder / "networks/zahra"
    (target / "demand").mkdir(parents=True)
    _program(folder, "network", "import", str(osm.resolve()), "--edits", str(HERE / "edits.yaml"), "--fix", "-o", "map")
    shutil.copy(folder / "map/roads.net.xml.gz", target / "zahra.net.xml.gz")
    shutil.copy(HERE / "network.yaml", target)
    shutil.copy(HERE / "zones.csv", target / "demand")
    text = (HERE / "am-peak.yaml").read_text(encoding="utf-8")
    for before, after in TRUTH.items():
        if before not in text:
            raise SystemExit(f"am-peak.yaml no longer says {before!r}")
        text = text.replace(before, after)
    (target / "demand/am-peak.yaml").write_text(text, encoding="utf-8")
    _program(folder, "demand", "build", "networks/zahra")


def _program(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "congestion_lab", *arguments], cwd=folder, check=True)


def _day(folder: Path, number: int) -> Day:
    """Return what the cameras count on one day."""
    scale = f"{{model: am-peak, scale: {SHARES[number]}}}"
    file = folder / f"day{number}.yaml"
    text = (HERE / "morning.yaml").read_text(encoding="utf-8").replace("{model: am-peak}", scale)
    file.write_text(text, encoding="utf-8")
    spec = RunSpec(prepare(load_scenario(file), cache=folder / ".cache"), SEED + number, "sumo", version())
    seen, _jammed = simulated_sightings(spec)
    print(f"{SUNDAY + timedelta(days=number)}: {seen.vehicles} vehicles")
    where = [replace(one, kind=kind) for kind in CLASSES for one in virtual.places(CAMERAS, BEGIN_S, END_S, QUARTER_S)]
    counts: dict[tuple[str, float], list[str]] = {}
    for count in virtual.noisy(virtual.counted(where, seen), ERROR, SEED + number):
        counts.setdefault((count.link, count.end_s), []).append(_figure(count))
    return {key: [*figures, ""] for key, figures in counts.items()}


def _figure(count: Count) -> str:
    return f"{count.vehicles:.1f}".replace(".", ",").translate(ARABIC)


def _spoil(days: list[Day]) -> None:
    """Put in what goes wrong in any week of real counts."""
    sunday, monday, tuesday, wednesday, thursday = days[:5]
    for end_s in (27000.0, 27900.0, 28800.0, 29700.0, 30600.0):
        tuesday[CAMERAS[3], end_s][0] = tuesday[CAMERAS[3], 27000.0][0]  # stuck
    for end_s in (28800.0, 29700.0, 30600.0):
        wednesday[CAMERAS[6], end_s][:2] = ["٠,٠", "٠,٠"]  # silent
    for key in [key for key in monday if key[0] == CAMERAS[1]]:
        del monday[key]  # never sent
    sunday[CAMERAS[8], 27900.0][:] = ["n/a", "n/a", "fog"]
    thursday[CAMERAS[0], 28800.0][0] = "١٩٥٠,٠"  # thirteen times too many
    sunday[CAMERAS[10], 29700.0][0] = "-٣,٠"
    sunday["car park", 27000.0] = ["٤,٠", "٠,٠", "test"]


def _table(days: Sequence[Day]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["Zahra traffic centre: weekly export"])
    writer.writerow(["Camera", "Day", "Until", "Cars", "Microbuses", "Note"])
    for number, day in enumerate(days):
        when = f"{SUNDAY + timedelta(days=number):%d/%m/%Y}".translate(ARABIC)
        for (link, end_s), cells in sorted(day.items(), key=lambda item: (_name(item[0][0]), item[0][1])):
            until = f"{int(end_s // 3600):02d}:{int(end_s % 3600 // 60):02d}".translate(ARABIC)
            writer.writerow([_name(link), when, until, *cells])
    return text.getvalue()


def _name(link: str) -> str:
    return f"Cam {CAMERAS.index(link) + 1:02d}" if link in CAMERAS else "Cam 13"


def _mapping(network: Network) -> Iterator[str]:
    yield "# The weekly export of Zahra's traffic centre: what its columns mean, and where its cameras stand."
    yield "table: {heading_row: 2, missing: [n/a]}"
    yield 'time: {date_format: "%d/%m/%Y", stamp: end, weekend: [friday, saturday]}'
    yield "columns: {detector_id: Camera, date: Day, begin: Until}"
    yield "counts:"
    yield "- {column: Cars, class: car}"
    yield "- {column: Microbuses, class: microbus}"
    yield "places:"
    degrees = Proj(network.projection)
    for link in (network.links[one] for one in CAMERAS):
        x_m, y_m = point_at(link.shape, polyline_length_m(link.shape) - BEFORE_STOP_M)
        lon, lat = degrees(x_m - network.offset[0], y_m - network.offset[1], inverse=True)
        north = round(90 - math.degrees(bearing(*link.shape[-2:]))) % 360
        yield f"  {_name(link.id)}: {{lat: {lat:.5f}, lon: {lon:.5f}, bearing_deg: {north}}}  # {link.name_en}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
