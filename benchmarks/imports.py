"""What do maps become? Real extracts imported without hand work, findings counted, and an hour of traffic on each."""

import dataclasses
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Answer, Setting, table
from benchmarks.processes import alone, cost_of_children, cpu_of, own_peak_mib
from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.errors import Fault, InputError
from congestion_lab.network.checks import connected
from congestion_lab.network.model import Network
from congestion_lab.sumo.building.importfolder import Origin, write_import
from congestion_lab.sumo.building.importing import Wishes, import_map
from congestion_lab.sumo.building.osmfile import is_osm, read_osm
from congestion_lab.sumo.installation import binary, tool
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.process import run_program

EXTRACTS = Path(__file__).parents[1].parent / "shared" / "osm"
SATURATION_VPH = 1800.0  # of a lane
CAPACITY_SHARE = 0.05  # mean flow over all lanes, as a share of that
_HOUR_S = 3600
_LONGEST_S = 7200
_LEAST_TRIP_M = 300
_PATIENCE_S = 60.0
_REROUTE_S = 60  # drivers look for a quicker way so often, by what the streets were like lately


@dataclass(frozen=True)
class Cost:
    """What an import cost, beside bare netconvert on the same file.

    Attributes:
        cpu_s: CPU seconds, netconvert's included.
        peak_mib: Peak memory of the largest process.
        bare_cpu_s: CPU seconds of bare netconvert.
        bare_peak_mib: Its peak memory.
    """

    cpu_s: float
    peak_mib: float
    bare_cpu_s: float
    bare_peak_mib: float


@dataclass(frozen=True)
class Hour:
    """An hour of random trips, teleports off.

    Attributes:
        demanded: Trips that were asked for.
        arrived: Trips that ended within two hours.
        teleports: Vehicles that SUMO moved by force.
        time_loss_s: Mean time lost per trip that ended.
    """

    demanded: int
    arrived: int
    teleports: int
    time_loss_s: float

    def __str__(self) -> str:
        told = f"{self.arrived} of {self.demanded} trips end, {self.teleports} teleports"
        return f"{told}, {self.time_loss_s:.0f} s lost"


def answered(setting: Setting) -> Answer:
    """Import every extract and tell what came of it."""
    rows, data = [], {}
    extracts = chosen(setting.maps)
    for extract in extracts:
        setting.tell(f"importing {extract.name}")
        name = _name(extract)
        folder = setting.folder / "imports" / name
        found = alone(imported, extract, folder)
        cost = alone(costs, extract)
        setting.tell(f"an hour of traffic on {name}")
        hours = [an_hour(folder / "roads.net.xml.gz")]
        if hours[0].arrived < hours[0].demanded:
            hours.append(an_hour(folder / "roads.net.xml.gz", patience_s=_PATIENCE_S))
        rows.append(_row(name, found, cost, hours))
        data[name] = {**found, "cost": dataclasses.asdict(cost), "hours": [dataclasses.asdict(hour) for hour in hours]}
    head = (
        "map",
        "links",
        "km",
        "signals",
        "errors",
        "warnings",
        "remarks",
        "in a circle",
        "CPU s",
        "MiB",
        "an hour at 5 %",
    )
    rules = sorted({rule for one in data.values() for rule in one["by_rule"]})
    counts = [(rule, *(one["by_rule"].get(rule, 0) for one in data.values())) for rule in rules]
    return Answer(table(head, rows) + "\n" + table(("finding", *data), counts), data)


def chosen(names: Sequence[str]) -> list[Path]:
    """Return the extracts of these names, or all.

    Raises:
        InputError: There are none at all, or none of a name.
    """
    known = {_name(path): path for path in sorted(EXTRACTS.glob("*")) if is_osm(path)}
    if not known:
        raise InputError(Fault("there are no extracts to import", "put .osm files there", str(EXTRACTS)))
    faults = [
        Fault(f"there is no map {name!r}", f"choose of {', '.join(known)}", str(EXTRACTS), key="--maps")
        for name in names
        if name not in known
    ]
    if faults:
        raise InputError(*faults)
    return [known[name] for name in names or known]


def _name(extract: Path) -> str:
    return extract.name.split(".")[0]


def imported(extract: Path, folder: Path) -> dict[str, object]:
    """Import an extract into a folder and count what was found."""
    osm = read_osm(extract)
    origin = Origin("osm", extract.name, digest_of_file(extract), osm.source)
    made, network = import_map(osm, origin, Wishes(), lambda _text: None)
    write_import(made, folder, "")
    by_rule = {rule: len(issues) for rule, issues in made.quality.by_rule.items()}
    unconnected = len(list(connected(network)))
    return {
        "counts": dict(made.counts),
        "severities": dict(made.quality.counts),
        "by_rule": by_rule,
        "cut": unconnected,
    }


def costs(extract: Path) -> Cost:
    """Measure an import, in this process, and bare netconvert."""
    with tempfile.TemporaryDirectory() as scratch:
        with cost_of_children() as child:
            own_s, _ = cpu_of(lambda: imported(extract, Path(scratch) / "out"))
        with cost_of_children() as bare:
            target = Path(scratch) / "bare.net.xml"
            run_program([binary("netconvert"), f"--osm-files={extract}", f"--output-file={target}", "--no-warnings"])
    return Cost(own_s + child.cpu_s, max(own_peak_mib(), child.child_peak_mib), bare.cpu_s, bare.child_peak_mib)


def an_hour(net: Path, *, patience_s: float | None = None, seed: int = 7) -> Hour:
    """Simulate an hour of random trips whose mean flow is a share of what all lanes could carry, drivers rerouting.

    Args:
        net: Where.
        patience_s: How long a vehicle may stand in a junction until others drive round it; forever if left out, which
            is SUMO's default.
        seed: Seed of the trips.
    """
    network = read_network(net)
    with tempfile.TemporaryDirectory() as scratch:
        sample = _routes(net, Path(scratch) / "sample", 3.0, 900, seed)
        trips = CAPACITY_SHARE * SATURATION_VPH * _lane_m(network) / _mean_length_m(sample, network)
        routes = _routes(net, Path(scratch) / "hour", _HOUR_S / trips, _HOUR_S, seed)
        statistics = Path(scratch) / "statistics.xml"
        blockers = () if patience_s is None else ("--ignore-junction-blocker", f"{patience_s:g}")
        reroute = ("--device.rerouting.probability", "1", "--device.rerouting.period", f"{_REROUTE_S}")
        run_program(
            [
                *(binary("sumo"), "-n", net, "-r", routes, "--end", f"{_LONGEST_S}", "--time-to-teleport", "-1"),
                *("--no-step-log", "--no-warnings", "--duration-log.statistics", "--statistic-output", statistics),
                *("--device.rerouting.adaptation-steps", "18", *reroute, *blockers),
            ]
        )
        return _hour(statistics.read_text(encoding="utf-8"))


def _lane_m(network: Network) -> float:
    return sum(lane.length_m for link in network.links.values() for lane in link.lanes)


def _routes(net: Path, stem: Path, period_s: float, end_s: int, seed: int) -> Path:
    routes = stem.with_suffix(".rou.xml")
    asked = ("-b", "0", "-e", f"{end_s}", "-p", f"{period_s:.4f}", "--seed", f"{seed}", "--lanes", "--length")
    run_program(
        [
            *(sys.executable, tool("randomTrips.py"), "-n", net, "-o", stem.with_suffix(".xml"), "-r", routes),
            *("--validate", "--min-distance", f"{_LEAST_TRIP_M}", *asked),
        ]
    )
    return routes


def _mean_length_m(routes: Path, network: Network) -> float:
    found = re.findall(r'<route edges="([^"]*)"', routes.read_text(encoding="utf-8"))
    return sum(network.links[link].length_m for text in found for link in text.split()) / len(found)


def _hour(statistics: str) -> Hour:
    def figure(tag: str, key: str) -> float:
        found = re.search(rf'<{tag} [^>]*?{key}="([^"]*)"', statistics)
        return float(found[1]) if found else 0.0

    demanded = int(figure("vehicles", "loaded"))
    left = int(figure("vehicles", "running") + figure("vehicles", "waiting"))
    teleports = int(figure("teleports", "total"))
    return Hour(demanded, demanded - left, teleports, figure("vehicleTripStatistics", "timeLoss"))


def _row(name: str, found: dict[str, object], cost: Cost, hours: Sequence[Hour]) -> tuple[object, ...]:
    counts, severities = found["counts"], found["severities"]
    if not isinstance(counts, dict) or not isinstance(severities, dict):
        raise TypeError("counts are mappings")
    return (
        *(name, counts["links"], counts["road_km"], counts["signals"]),
        *severities.values(),
        "yes" if not found["cut"] else f"{found['cut']} not",
        f"{cost.cpu_s:.1f} ({cost.cpu_s / cost.bare_cpu_s:.1f}×)",
        f"{cost.peak_mib:.0f} ({cost.peak_mib / cost.bare_peak_mib:.1f}×)",
        "; where junctions that are blocked for a minute are driven round: ".join(map(str, hours)),
    )
