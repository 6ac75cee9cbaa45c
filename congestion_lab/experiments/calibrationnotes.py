"""What must be known before a calibrated demand is trusted, and where it comes from, in words."""

from collections.abc import Iterator, Mapping

from congestion_lab.experiments.calibrateddemand import Outcome
from congestion_lab.experiments.calibrationtables import provenance

_HEADWAYS_NAMED = 5


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Return what a reader must know before trusting the result, a sentence each."""
    return tuple(_notes(outcome))


def facts(outcome: Outcome) -> Mapping[str, str]:
    """Return where the result comes from, by what each fact is."""
    made, fit = provenance(outcome.calibrated), outcome.calibrated.fit
    return {
        "Scenario": made["scenario"],
        "Digest of the prior": made["prior_digest"],
        "Counts": f"{made['counts']} ({made['counts_digest']})",
        "Settings": ", ".join(f"{key} {value}" for key, value in made["settings"].items()),
        "Errors of the prior": fit.structure,
        "Rounds": "; ".join(f"{one.vehicles} vehicles, misfit {one.misfit:.2f}" for one in fit.rounds),
        "Versions": f"congestion_lab {made['program_version']}, fast engine {made['engine_version']}, "
        f"SUMO {made['sumo_version']}",
    }


def _notes(outcome: Outcome) -> Iterator[str]:
    found, fit = outcome.calibrated.task, outcome.calibrated.fit
    if found.why_no_zones:
        yield f"Every link on which trips begin or end is taken as a zone of its own: {found.why_no_zones}."
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
