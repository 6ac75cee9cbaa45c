"""The results of a calibrated demand: report, tables, provenance, and what must be known before trusting it."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import congestion_lab
from congestion_lab.cli.calibrateddemand import Calibrated, Outcome
from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.files import write_json, write_text
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.assessment import Compared
from congestion_lab.reporting.demandreport import demand_report
from congestion_lab.sumo.installation import version

_HEADWAYS_NAMED = 5


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
        "scenario_name": found.spec.inputs.name,
        "prior_digest": found.spec.inputs.digest,
        "counts": str(asked.counts_file),
        "counts_digest": digest_of_file(asked.counts_file),
        "saturation_headways": [asdict(one) | {"error_s": _finite(one.error_s)} for one in found.headways],
        "time_gap_factor": found.time_gap_factor,
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


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Return what a reader must know before trusting the result, a sentence each."""
    return tuple(_notes(outcome))


def _notes(outcome: Outcome) -> Iterator[str]:
    found, fit = outcome.calibrated, outcome.calibrated.fit
    if found.headways:
        seen = ", ".join(f"{one.headway_s:.2f} s on {one.link}" for one in found.headways[:_HEADWAYS_NAMED])
        yield f"Saturation headways observed: {seen}. Time gaps were multiplied by {found.time_gap_factor:.2f}."
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
    if hardly := sum(one.hardly_seen and not one.unseen for one in outcome.change.zones):
        zones = len(outcome.change.zones)
        yield f"Of {hardly} of {zones} zones the counts tell hardly anything but what is common to all (zones.csv)."
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
