"""The results of a calibrated demand as tables, and where it comes from."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import congestion_lab
from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.files import write_json, write_text
from congestion_lab.core.names import shielded
from congestion_lab.core.plain import finite
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.estimation.assessment import Compared
from congestion_lab.experiments.calibrateddemand import Outcome
from congestion_lab.experiments.demandcalibration import Calibrated
from congestion_lab.sumo.installation import version


def write_tables(folder: Path, outcome: Outcome) -> None:
    """Write `links.csv`, `pairs.csv`, `zones.csv` and, with its provenance, `calibration.json`."""
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


def provenance(found: Calibrated) -> dict[str, Any]:
    """Return where a calibrated demand comes from."""
    task, fit = found.task, found.fit
    asked = task.asked
    return {
        "scenario": str(asked.scenario_file),
        "scenario_name": task.spec.inputs.name,
        "prior_digest": task.spec.inputs.digest,
        "counts": str(asked.counts_file),
        "counts_digest": digest_of_file(asked.counts_file),
        "saturation_headways": [asdict(one) | {"error_s": finite(one.error_s)} for one in task.headways],
        "time_gap_factor": task.time_gap_factor,
        "held_out_links": sorted({one.link for one in task.held}),
        "settings": {**asdict(asked.settings), "slice_s": asked.slice_s, "hold_out": asked.hold_out},
        "rounds": [asdict(one) for one in fit.rounds],
        "round_taken": fit.best,
        "settled": fit.settled,
        "errors_of_prior": fit.structure,
        "program_version": congestion_lab.__version__,
        "engine_version": task.spec.engine_version,
        "sumo_version": version(),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return shielded(value)
    return f"{value:.6g}" if isinstance(value, float) else value


def _link_rows(compared: Compared) -> Iterable[Sequence[object]]:
    flows = [compared.flows_vph(name).tolist() for name in compared.modelled]
    gehs = [compared.geh(name).tolist() for name in compared.modelled]
    rows = zip(compared.counts, compared.held.tolist(), compared.counted_vph().tolist(), *flows, *gehs, strict=True)
    for count, held, counted, *values in rows:
        times = (clock_from_seconds(count.begin_s), clock_from_seconds(count.end_s))
        yield (count.link, count.onto, *times, count.kind, held, counted, *values)
