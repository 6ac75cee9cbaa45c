"""The command line that makes SUMO run one specification and leave the outputs that become result tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.files import write_text
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.simulation.tables import INTERVAL_S

SUMMARY_PERIOD_S = 60  # how often a run tells whether it still moves
QUEUE_PERIOD_S = 10  # how often queues are sampled


@dataclass(frozen=True, slots=True)
class RawOutputs:
    """Where SUMO leaves its outputs.

    Attributes:
        folder: An empty folder of the run's own.
        trips_as_xml: SUMO 1.28 aborts when it writes persons as Parquet; demand with persons goes the slow way.
    """

    folder: Path
    trips_as_xml: bool = False

    @property
    def trips(self) -> Path:
        """One row per vehicle."""
        return self.folder / ("tripinfo.xml" if self.trips_as_xml else "tripinfo.parquet")

    @property
    def statistics(self) -> Path:
        """Totals: end, teleports, collisions."""
        return self.folder / "statistics.xml"

    @property
    def links(self) -> Path:
        """Link figures over the analysed period, interval by interval."""
        return self.folder / "edgedata.parquet"

    @property
    def queues(self) -> Path:
        """Queue lengths, sampled."""
        return self.folder / "queues.parquet"

    @property
    def routes(self) -> Path:
        """When each vehicle left each link; XML because SUMO's Parquet mixes up columns of unfinished vehicles."""
        return self.folder / "vehroutes.xml"

    @property
    def displays(self) -> Path:
        """What signals showed, change by change."""
        return self.folder / "displays.xml"

    @property
    def log(self) -> Path:
        """What SUMO complained about."""
        return self.folder / "sumo.log"


def arguments(spec: RunSpec, raw: RawOutputs, additional_files: Sequence[Path]) -> tuple[str, ...]:
    """Return SUMO's arguments for a run.

    The summary goes to standard output, so that a watcher sees whether traffic still moves. SUMO flushes it row by row.

    Args:
        spec: The run.
        raw: Where outputs go.
        additional_files: All additional files, in the order in which they are to be read.
    """
    return (
        *_input_options(spec, additional_files),
        *_time_options(spec),
        *_behaviour_options(spec),
        *_trip_options(raw),
        *(_movement_options(raw) if spec.detail is not Detail.TRIPS else ()),
        *(_detail_options(spec, raw) if spec.detail is Detail.FULL else ()),
    )


def write_link_output(target: Path, spec: RunSpec, raw: RawOutputs) -> None:
    """Write the additional file that makes SUMO record links over the analysed period, interval by interval."""
    inputs = spec.inputs
    text = (
        f'<additional><edgeData id="links" begin="{_number(inputs.analysis_begin_s)}" '
        f'end="{_number(inputs.horizon_s)}" period="{_number(INTERVAL_S)}" excludeEmpty="true" '
        f"file={quoteattr(str(raw.links))}/></additional>\n"
    )
    write_text(target, text)


def _input_options(spec: RunSpec, additional_files: Sequence[Path]) -> Iterator[str]:
    inputs = spec.inputs
    yield from ("--net-file", str(inputs.net_file.resolve()))
    yield from ("--route-files", _joined(inputs.route_files))
    if additional_files:
        yield from ("--additional-files", _joined(additional_files))


def _time_options(spec: RunSpec) -> Iterator[str]:
    inputs = spec.inputs
    yield from ("--begin", _number(inputs.begin_s))
    yield from ("--end", _number(inputs.horizon_s))
    yield from ("--step-length", _number(inputs.step_s))


def _behaviour_options(spec: RunSpec) -> Iterator[str]:
    inputs = spec.inputs
    yield from ("--seed", str(spec.seed))
    yield from ("--time-to-teleport", _number(-1 if inputs.teleport_s is None else inputs.teleport_s))
    if inputs.blocked_junction_s is not None:
        yield from ("--ignore-junction-blocker", _number(inputs.blocked_junction_s))
    if inputs.scale != 1:
        yield from ("--scale", _number(inputs.scale))
    if inputs.depart_jitter_s > 0:
        yield from ("--random-depart-offset", _number(inputs.depart_jitter_s))
    if inputs.mesoscopic:  # without junction control, queues would ignore signals
        yield from ("--mesosim", "--meso-junction-control")


def _trip_options(raw: RawOutputs) -> Iterator[str]:
    yield from ("--no-step-log", "--duration-log.disable")
    yield from ("--tripinfo-output", str(raw.trips))
    yield from ("--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted")
    yield from ("--statistic-output", str(raw.statistics))
    yield from ("--summary-output", "stdout", "--summary-output.period", str(SUMMARY_PERIOD_S))


def _movement_options(raw: RawOutputs) -> Iterator[str]:
    yield from ("--vehroute-output", str(raw.routes), "--vehroute-output.last-route", "--vehroute-output.internal")
    yield from ("--vehroute-output.exit-times", "--vehroute-output.write-unfinished")


def _detail_options(spec: RunSpec, raw: RawOutputs) -> Iterator[str]:
    yield from ("--device.emissions.probability", "1")
    if not spec.inputs.mesoscopic:  # the mesoscopic model has no positions to measure queues by
        yield from ("--queue-output", str(raw.queues), "--queue-output.period", str(QUEUE_PERIOD_S))
        yield "--queue-output.skip-empty"


def _joined(paths: Iterable[Path]) -> str:
    return ",".join(str(path.resolve()) for path in paths)


def _number(value: float) -> str:
    return f"{value:.15g}"
