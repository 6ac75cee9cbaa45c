"""SUMO as an engine: one specification in, result tables out."""

import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pyarrow import ArrowInvalid

import congestion_lab
from congestion_lab.core.errors import InputError, SumoFailedError
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.names import SUMO
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.spec import Changeover, Controller, Detail, RunSpec
from congestion_lab.simulation.tables import DISPLAYS, EMISSIONS, LINK_INTERVALS, LINKS, MOVEMENTS, PASSAGES, TRIPS
from congestion_lab.sumo import installation
from congestion_lab.sumo.controllers.switching import day_of, write_day
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.nets.programs import write_programs
from congestion_lab.sumo.process import tail
from congestion_lab.sumo.routes.demanded import departures, mentions
from congestion_lab.sumo.running import linkoutputs, outputs, passages, stepped
from congestion_lab.sumo.running.closures import with_closures
from congestion_lab.sumo.running.command import QUEUE_PERIOD_S, RawOutputs, arguments, write_link_output
from congestion_lab.sumo.running.control import plans_to_run
from congestion_lab.sumo.running.displays import read_displays, write_display_output
from congestion_lab.sumo.running.drive import drive
from congestion_lab.sumo.running.gridlock import PATIENCE_S
from congestion_lab.sumo.running.stepping import free_port

_PROGRAM_ID = "congestion_lab.run"  # SUMO refuses a programme whose id its controller already has


@dataclass(frozen=True, slots=True)
class SumoEngine:
    """The microscopic truth; mesoscopic where a scenario asks for it.

    A gridlock (see `gridlock`) is not waited for: SUMO is asked to end, and vehicles are counted on to the horizon as
    they stood. Vehicles that SUMO had not yet loaded are taken from the route files; of flows that SUMO draws at random
    they are the expected ones. Emissions of the time after a gridlock are not counted.

    Attributes:
        name: What results carry.
        version: SUMO's version.
        gui: Whether SUMO's window is shown.
        port: TCP port at which SUMO listens to TraCI while a responsive controller steps it; None steps it through
            libsumo, or with the window through any free port.
    """

    name: str = SUMO
    version: str = field(default_factory=installation.version)
    gui: bool = False
    port: int | None = None

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        """Simulate and write the result tables into an empty folder.

        Raises:
            SumoFailedError: SUMO ended with an error; its log says which.
            RunTimeoutError: The run took longer than it was given.
            InputError: The specification's files cannot be used.
        """
        begin, cpu = time.perf_counter(), _children_cpu_s()
        folder.mkdir(parents=True, exist_ok=True)
        with _raw_outputs(spec, folder) as raw:
            command = self._command(replace(spec, inputs=with_closures(spec.inputs, raw.folder)), raw)
            gridlock_s = drive(command, raw.log, timeout_s=spec.timeout_s, patience_s=_patience_s(spec))
            with _complete_outputs(command, raw):
                totals = outputs.read_totals(raw.statistics)
                read = outputs.read_trips(raw.trips)
                trips = _trips(spec, read, totals.ended_s, gridlock_s)
                ended_s = _ended_s(spec, trips, gridlock_s)
                write_table(folder, TRIPS, trips)
                if spec.changeover is not None:
                    write_table(folder, DISPLAYS, read_displays(raw.displays))
                if spec.detail is not Detail.TRIPS:
                    _write_details(spec, folder, raw, read, ended_s)
        return RunResult(
            digest=spec.digest,
            scenario=spec.inputs.name,
            seed=spec.seed,
            status=_status(spec, trips, gridlock_s),
            ended_s=ended_s,
            horizon_s=spec.inputs.horizon_s,
            analysis_begin_s=spec.inputs.analysis_begin_s,
            teleports=totals.teleports,
            collisions=totals.collisions,
            folder=folder,
            provenance=Provenance(
                engine=f"{self.name}-meso" if spec.inputs.mesoscopic else self.name,
                engine_version=self.version,
                program_version=congestion_lab.__version__,
                command=command,
                wall_s=time.perf_counter() - begin,
                cpu_s=_children_cpu_s() - cpu,
            ),
        )

    def _command(self, spec: RunSpec, raw: RawOutputs) -> tuple[str, ...]:
        window = ("--start", "--quit-on-end") if self.gui else ()
        program = installation.binary("sumo-gui" if self.gui else "sumo")
        sumo = (str(program), *arguments(spec, raw, _additional_files(spec, raw)), *window)
        if spec.controller is not Controller.MAX_PRESSURE:
            return sumo
        port = free_port() if self.gui and self.port is None else self.port
        return stepped.command(sumo, end_s=spec.inputs.horizon_s, port=port)


@contextmanager
def _raw_outputs(spec: RunSpec, folder: Path) -> Iterator[RawOutputs]:
    raw = Path(tempfile.mkdtemp(prefix=".sumo-", dir=folder.resolve()))
    try:
        demand = (*spec.inputs.additional_files, *spec.inputs.route_files)
        yield RawOutputs(raw, trips_as_xml=mentions(demand, b"<person", b"<container"))
    finally:
        shutil.rmtree(raw, ignore_errors=True)


@contextmanager
def _complete_outputs(command: Sequence[str], raw: RawOutputs) -> Iterator[None]:
    """Turn outputs that break off into a failed run: SUMO 1.28 ends with code 0 even when the disk is full."""
    try:
        yield
    except (OSError, ArrowInvalid, InputError) as error:
        log = raw.log.read_text(encoding="utf-8", errors="replace")
        rule = f"{tail(log)}\nthe outputs are incomplete; is there room on the disk? {error}"
        raise SumoFailedError(command, 0, rule.strip()) from error


def _additional_files(spec: RunSpec, raw: RawOutputs) -> tuple[Path, ...]:
    additional = list(spec.inputs.additional_files)
    plans = plans_to_run(spec)
    if plans is not None:
        additional += _programmes(spec.changeover, plans, raw)
    if spec.detail is Detail.FULL:
        link_output = raw.folder / "edgedata.add.xml"
        write_link_output(link_output, spec, raw)
        additional.append(link_output)
    return tuple(additional)


def _programmes(changeover: Changeover | None, plans: PlanSet, raw: RawOutputs) -> Iterator[Path]:
    programs = raw.folder / "programs.add.xml"
    yield programs
    if changeover is None:
        write_programs(plans, programs, program_id=_PROGRAM_ID)
        return
    write_day(day_of(plans, changeover), changeover.procedure, programs)
    display_output = raw.folder / "displays.add.xml"
    write_display_output(display_output, plans, raw.displays)
    yield display_output


def _patience_s(spec: RunSpec) -> float:
    """Return how long all must stand: longer than two cycles of the slowest plan; teleports end any standstill."""
    if spec.inputs.teleport_s is not None:
        return math.inf
    following = () if spec.changeover is None else spec.changeover.plans
    cycles_s = [plan.cycle_s for plans in (spec.plans or (), following) for plan in plans]
    return max([PATIENCE_S, *(2 * cycle_s for cycle_s in cycles_s)])


def _trips(spec: RunSpec, read: pd.DataFrame, ended_s: float, gridlock_s: float | None) -> pd.DataFrame:
    """Return TRIPS of the vehicles demanded before the horizon; SUMO still loads those that are to depart at it."""
    inputs = spec.inputs
    if gridlock_s is None:
        trips = outputs.trips_table(read, ended_s=ended_s, horizon_s=ended_s)
        return trips[trips["demanded_s"] < inputs.horizon_s].reset_index(drop=True)
    trips = outputs.trips_table(read, ended_s=ended_s, horizon_s=inputs.horizon_s)
    files = (*inputs.additional_files, *inputs.route_files)
    later = departures(files, begin_s=inputs.begin_s, end_s=inputs.horizon_s, scale=inputs.scale)
    # one that SUMO was about to load when it ended is neither waiting nor written yet
    later = later[later["demanded_s"] >= ended_s - inputs.step_s - inputs.depart_jitter_s]
    later = later[~later["vehicle_id"].isin(trips["vehicle_id"])]
    return pd.concat([trips, outputs.unloaded_trips(later, horizon_s=inputs.horizon_s)], ignore_index=True)


def _write_details(spec: RunSpec, folder: Path, raw: RawOutputs, read: pd.DataFrame, ended_s: float) -> None:
    network = read_network(spec.inputs.net_file)
    begin_s = spec.inputs.analysis_begin_s
    passed = passages.read_passages(raw.routes, read)
    write_table(folder, MOVEMENTS, passages.movements_table(passed, network, begin_s=begin_s, end_s=ended_s))
    if spec.detail is not Detail.FULL:
        return
    write_table(folder, PASSAGES, passages.passages_table(passed, begin_s=begin_s))
    write_table(folder, EMISSIONS, outputs.emissions_table(read))
    measured = linkoutputs.read_link_intervals(raw.links)
    write_table(folder, LINK_INTERVALS, linkoutputs.link_intervals_table(measured, ended_s=ended_s))
    queues = None if spec.inputs.mesoscopic else raw.queues
    period = {"begin_s": begin_s, "end_s": ended_s, "sample_s": QUEUE_PERIOD_S}
    write_table(folder, LINKS, linkoutputs.links_table(measured, queues, network, **period))


def _status(spec: RunSpec, trips: pd.DataFrame, gridlock_s: float | None) -> Status:
    if gridlock_s is not None:
        return Status.GRIDLOCK
    cut_off = spec.inputs.end_s is None and bool(trips["arrived_s"].isna().any())
    return Status.CUT_OFF if cut_off else Status.COMPLETED


def _ended_s(spec: RunSpec, trips: pd.DataFrame, gridlock_s: float | None) -> float:
    if gridlock_s is not None:
        return gridlock_s
    if spec.inputs.end_s is None and not trips["arrived_s"].isna().any() and len(trips):
        return float(trips["arrived_s"].max())
    return spec.inputs.horizon_s


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
