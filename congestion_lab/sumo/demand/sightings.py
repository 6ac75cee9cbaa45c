"""Who passed where in one run of SUMO, for counts."""

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.estimation.sightings import NOWHERE, Sightings
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.sumo import installation
from congestion_lab.sumo.files.outline import net_outline
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.nets.programs import write_programs
from congestion_lab.sumo.running.closures import with_closures
from congestion_lab.sumo.running.command import RawOutputs, arguments
from congestion_lab.sumo.running.control import plans_to_run
from congestion_lab.sumo.running.drive import drive

_PROGRAM_ID = "congestion_lab.run"


def simulated_sightings(spec: RunSpec) -> tuple[Sightings, bool]:
    """Run a specification in SUMO; return who left which link when, and whether the run jammed.

    Raises:
        SumoFailedError: SUMO ended with an error.
        RunTimeoutError: The run took longer than it was given.
        InputError: The specification's files cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="sightings-") as name:
        raw = RawOutputs(Path(name), trips_as_xml=True)
        opened = dataclasses.replace(spec, inputs=with_closures(spec.inputs, raw.folder), detail=Detail.TRIPS)
        command = (
            str(installation.binary("sumo")),
            *arguments(opened, raw, (*opened.inputs.additional_files, *_programs(opened, raw))),
            *("--vehroute-output", str(raw.routes), "--vehroute-output.last-route"),
            *("--vehroute-output.exit-times", "--vehroute-output.write-unfinished"),
        )
        gridlock_s = drive(command, raw.log, timeout_s=spec.timeout_s)
        return read_sightings(raw.routes, tuple(net_outline(spec.inputs.net_file).links)), gridlock_s is not None


def read_sightings(routes: Path, links: tuple[str, ...]) -> Sightings:
    """Return the sightings that SUMO's vehicle routes with exit times tell."""
    place = {name: index for index, name in enumerate(links)}
    kinds: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, float]] = []
    vehicles = 0
    for record in records(routes, ("vehicle",), roots=(), error=DemandError):
        kind = kinds.setdefault(record.get("type"), len(kinds))
        rows += [
            (vehicles, kind, place[link], place.get(onto, NOWHERE), left_s) for link, onto, left_s in _left(record)
        ]
        vehicles += 1
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    vehicle, kind, link, onto = table[:, :4].astype(np.int64).T
    return Sightings(links, tuple(kinds), vehicle, kind, link, onto, table[:, 4], table[:, 4], vehicles)


def _left(vehicle: Record) -> Iterator[tuple[str, str, float]]:
    """Yield the links that a vehicle left, the next link, and when."""
    for route in (child for child in vehicle.children if child.tag == "route"):
        links, times = route.get("edges").split(), [float(text) for text in route.get("exitTimes").split()]
        for link, onto, left_s in zip(links, (*links[1:], ""), times, strict=True):
            if left_s >= 0:
                yield link, onto, left_s


def _programs(spec: RunSpec, raw: RawOutputs) -> Iterator[Path]:
    plans = plans_to_run(spec)
    if plans is not None:
        target = raw.folder / "programs.add.xml"
        write_programs(plans, target, program_id=_PROGRAM_ID)
        yield target
