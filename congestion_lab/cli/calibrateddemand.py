"""A calibrated demand as a folder: scenario, vehicles, report, and tables of what changed."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import congestion_lab
from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.files import write_json, write_text, written_whole
from congestion_lab.core.seeds import derived_seed
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.assessment import Change, Compared, change_of
from congestion_lab.demand.cells import Floats
from congestion_lab.demand.counts import Count
from congestion_lab.demand.realising import realised
from congestion_lab.demand.sightings import seen_by
from congestion_lab.queueing.demandbench import Bench
from congestion_lab.queueing.demandfit import DemandFit, Settings
from congestion_lab.reporting.demandreport import demand_report
from congestion_lab.scenarios.schema import Demand, NetworkSource, Scenario, load_scenario
from congestion_lab.scenarios.writing import write_scenario
from congestion_lab.simulation.names import SUMO
from congestion_lab.simulation.resampling import copy_names
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.prepare import prepare
from congestion_lab.sumo.resampledroutes import Resampling, write_resampled
from congestion_lab.sumo.sightings import simulated_sightings

PRIOR, CALIBRATED, IN_SUMO = "prior", "calibrated", "calibrated, in SUMO"
_ROUTES, _NET, _SCENARIO = "demand.rou.xml.gz", "network.net.xml", "scenario.yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
        scenario_file: The scenario whose demand is the prior.
        counts_file: The counts.
        hold_out: Share of links held out.
        slice_s: Length of a slice of departure.
        only_inside: Whether counts outside the scenario were left out.
        sumo_runs: Runs of SUMO on the result.
        settings: How to fit.
    """

    scenario_file: Path
    counts_file: Path
    hold_out: float
    slice_s: float
    only_inside: bool
    sumo_runs: int
    settings: Settings


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A fit beside what it was made from.

    Attributes:
        asked: What was asked for.
        spec: How the scenario was run in the fast engine.
        bench: Simulated it.
        fitted_to: Counts that it was fitted to.
        held: Counts that were held out.
        fit: The fit.
    """

    asked: Asked
    spec: RunSpec
    bench: Bench
    fitted_to: tuple[Count, ...]
    held: tuple[Count, ...]
    fit: DemandFit

    @property
    def counts(self) -> tuple[Count, ...]:
        """All counts used."""
        return (*self.fitted_to, *self.held)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A fit, judged.

    Attributes:
        calibrated: The fit.
        compared: Counts beside what the prior and the result would have counted.
        change: How the result differs from the prior.
        sumo_jams: Runs of SUMO that jammed.
    """

    calibrated: Calibrated
    compared: Compared
    change: Change
    sumo_jams: int


def write_demand(folder: Path, scenario: Scenario, found: Calibrated) -> Path:
    """Write the calibrated vehicles and the scenario that drives them; return the scenario's file."""
    inputs, fit, traffic = found.spec.inputs, found.fit, found.bench.model.traffic
    names = copy_names(traffic.demand.vehicle_ids, fit.realised.source, fit.realised.copy)
    chosen = Resampling(traffic.demand, traffic.roads.link_ids, fit.realised.source, names, fit.realised.departs_s)
    write_resampled(folder / _ROUTES, inputs, chosen)
    additional = scenario.additional_files
    network = scenario.network
    if scenario.area is not None:  # the vehicles are those of the cut network
        network = NetworkSource.model_construct(file=_copied(inputs.net_file, folder / _NET))
        additional = tuple(_copied(path, folder / path.name) for path in inputs.additional_files)
    demand = Demand.model_construct(routes=(folder / _ROUTES,), depart_jitter_s=scenario.demand.depart_jitter_s)
    made = scenario.model_copy(
        update={
            "name": f"{scenario.name[:69]}-calibrated",
            "description": f"{scenario.description or scenario.name}; demand calibrated to counts",
            "network": network,
            "demand": demand,
            "additional": additional,
            "closures": inputs.closed_links,
            "area": None,
        }
    )
    write_scenario(folder / _SCENARIO, made, heading=f"{scenario.name} with vehicles calibrated to counts.")
    return folder / _SCENARIO


def judged(found: Calibrated, scenario_file: Path) -> Outcome:
    """Return how well the fit meets all counts in the fast engine, and the written scenario in SUMO."""
    bench, fit, counts = found.bench, found.fit, found.counts
    untouched = realised(fit.cells, bench.demand.demanded_s, fit.prior.vehicles, found.asked.settings.seed)
    modelled = {
        PRIOR: bench.simulated(counts, fit.cells, untouched).modelled,
        CALIBRATED: bench.simulated(counts, fit.cells, fit.realised).modelled,
    }
    jams = 0
    if found.asked.sumo_runs:
        modelled[IN_SUMO], jams = _in_sumo(found, scenario_file)
    held = np.arange(len(counts)) >= len(found.fitted_to)
    present = np.bincount(fit.cells.of_vehicle[fit.realised.source], minlength=len(fit.cells.pair)).astype(np.float64)
    compared = Compared(counts, held, modelled, found.asked.settings.count_error)
    return Outcome(found, compared, change_of(fit.cells, fit.prior, present, fit.observation), jams)


def _in_sumo(found: Calibrated, scenario_file: Path) -> tuple[Floats, int]:
    """Return what the counts would be in SUMO, on the mean of some seeds, and how many of the runs jammed."""
    inputs = prepare(load_scenario(scenario_file), cache=scenario_file.parent / ".cache")
    total, jams = np.zeros(len(found.counts)), 0
    for number in range(found.asked.sumo_runs):
        seed = derived_seed(found.asked.settings.seed, "calibrated demand in SUMO", number)
        spec = replace(found.spec, inputs=inputs, seed=seed, engine=SUMO, engine_version=version())
        seen, jammed = simulated_sightings(spec)
        total += np.asarray(seen_by(found.counts, seen).sum(axis=1)).ravel()
        jams += jammed
    return total / found.asked.sumo_runs, jams


def write_results(folder: Path, outcome: Outcome) -> None:
    """Write tables, provenance and report."""
    compared, change = outcome.compared, outcome.change
    names = list(compared.modelled)
    head = ("link_id", "ob_link_id", "begin", "end", "class", "held_out", "counted_vph")
    write_text(
        folder / "links.csv",
        _table((*head, *(f"{name}_vph" for name in names), *(f"{name}_geh" for name in names)), _link_rows(compared)),
    )
    write_text(folder / "pairs.csv", _table(("origin", "destination", "prior", "calibrated", "counted"), change.pairs))
    zones = (
        (one.zone, *one.leaving, *one.reaching, one.seen_share, *one.sure, one.unseen, one.hardly_seen)
        for one in change.zones
    )
    columns = (
        "zone,from_prior,from_calibrated,to_prior,to_calibrated,seen_share,error_before,error_after,unseen,hardly_seen"
    )
    write_text(folder / "zones.csv", _table(columns.split(","), zones))
    write_json(folder / "calibration.json", provenance(outcome.calibrated))
    write_text(folder / "report.html", _report(outcome))


def provenance(found: Calibrated) -> dict[str, Any]:
    """Return where a calibrated demand comes from."""
    asked = found.asked
    return {
        "scenario": str(asked.scenario_file),
        "prior_digest": found.spec.inputs.digest,
        "counts": str(asked.counts_file),
        "counts_digest": digest_of_file(asked.counts_file),
        "held_out_links": sorted({one.link for one in found.held}),
        "settings": {**asdict(asked.settings), "slice_s": asked.slice_s, "hold_out": asked.hold_out},
        "rounds": [asdict(one) for one in found.fit.rounds],
        "round_taken": found.fit.best,
        "settled": found.fit.settled,
        "errors_of_prior": found.fit.structure,
        "program_version": congestion_lab.__version__,
        "engine_version": found.spec.engine_version,
        "sumo_version": version(),
    }


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Return what a reader must know before trusting the result, a sentence each."""
    return tuple(_notes(outcome))


def _notes(outcome: Outcome) -> Iterator[str]:
    found, fit = outcome.calibrated, outcome.calibrated.fit
    if fit.best == 0:
        yield "No estimate met the counts better than the prior: the vehicles are those of the scenario."
    if not fit.settled:
        yield f"The estimate had not settled after {len(fit.rounds)} simulations: the best of them is taken."
    if jams := fit.rounds[fit.best].gridlocks:
        yield f"{jams} of {found.bench.runs} runs of the fast engine jammed: counts behind it come out too low."
    if outcome.sumo_jams:
        yield f"{outcome.sumo_jams} of {found.asked.sumo_runs} runs of SUMO jammed: counts behind it come out too low."
    if not found.held:
        yield "No link was held out, so nothing here was predicted: `--hold-out 0.2` keeps a fifth of the links aside."
    unseen = [one.zone for one in outcome.change.zones if one.unseen]
    if unseen:
        share = 100 * outcome.change.unseen_pairs_share
        yield f"{len(unseen)} zones and {share:.0f} % of the vehicles, by pair, pass no count: they follow the prior."
    yield from found.bench.model.traffic.notes


def _report(outcome: Outcome) -> str:
    found = outcome.calibrated
    made = provenance(found)
    facts = {
        "Scenario": made["scenario"],
        "Digest of the prior": made["prior_digest"],
        "Counts": f"{made['counts']} ({made['counts_digest']})",
        "Settings": ", ".join(f"{key} {value}" for key, value in made["settings"].items()),
        "Errors of the prior": found.fit.structure,
        "Rounds": "; ".join(f"{one.vehicles} vehicles, misfit {one.misfit:.2f}" for one in found.fit.rounds),
        "Versions": f"congestion_lab {made['program_version']}, fast engine {made['engine_version']}, "
        f"SUMO {made['sumo_version']}",
    }
    return demand_report(found.spec.inputs.name, outcome.compared, outcome.change, notes(outcome), facts)


def _copied(source: Path, target: Path) -> Path:
    with written_whole(target) as temporary:
        shutil.copyfile(source, temporary)
    return target


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else value


def _link_rows(compared: Compared) -> Iterable[Sequence[object]]:
    flows = [compared.flows_vph(name).tolist() for name in compared.modelled]
    gehs = [compared.geh(name).tolist() for name in compared.modelled]
    rows = zip(compared.counts, compared.held.tolist(), compared.counted_vph().tolist(), *flows, *gehs, strict=True)
    for count, held, counted, *values in rows:
        times = (clock_from_seconds(count.begin_s), clock_from_seconds(count.end_s))
        yield (count.link, count.onto, *times, count.kind, held, counted, *values)
