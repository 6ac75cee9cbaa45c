"""What a calibration came to, in words: its report, and what must be known before trusting it."""

from collections.abc import Iterator, Mapping

from congestion_lab.experiments.calibrateddemand import Outcome
from congestion_lab.experiments.calibrationtables import provenance
from congestion_lab.reporting.demandreport import demand_report
from congestion_lab.reporting.translation import SOURCE_LANGUAGE, _, speaking
from congestion_lab.reporting.wording import number
from congestion_lab.sumo.netfile import read_network

_HEADWAYS_NAMED = 5


def calibration_report(outcome: Outcome, *, language: str = SOURCE_LANGUAGE) -> str:
    """Return the report of a calibration as HTML.

    Args:
        outcome: The fit, judged.
        language: Language of the report.
    """
    with speaking(language):
        inputs = outcome.calibrated.task.spec.inputs
        network = read_network(inputs.net_file)
        judged = (outcome.compared, outcome.change, notes(outcome), _facts(outcome))
        return demand_report(inputs.name, *judged, network=network, language=language)


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Return what a reader must know before trusting the result, a sentence each."""
    return tuple(_notes(outcome))


def _notes(outcome: Outcome) -> Iterator[str]:
    task, fit, zones = outcome.calibrated.task, outcome.calibrated.fit, outcome.change.zones
    if task.headways:
        found = ((number(one.headway_s, 2), one.link) for one in task.headways[:_HEADWAYS_NAMED])
        seen = ", ".join(_("{seconds} s on {link}").format(seconds=seconds, link=link) for seconds, link in found)
        text = _("Saturation headways observed: {seen}. Time gaps were multiplied by {factor}.")
        yield text.format(seen=seen, factor=number(task.time_gap_factor, 2))
    if fit.best == 0:
        yield _("No estimate met the counts better than the prior: the vehicles are those of the scenario.")
    if not fit.settled:
        text = _("The estimate had not settled after {count} simulations: the best of them is taken.")
        yield text.format(count=len(fit.rounds))
    if jams := fit.rounds[fit.best].gridlocks:
        text = _("{jams} of {runs} runs of the fast engine jammed: counts behind it come out too low.")
        yield text.format(jams=jams, runs=task.bench.runs)
    if outcome.sumo_jams:
        text = _("{jams} of {runs} runs of SUMO jammed: counts behind it come out too low.")
        yield text.format(jams=outcome.sumo_jams, runs=task.asked.sumo_runs)
    if not task.held:
        yield _(
            "No link was held out, so nothing here was predicted: `--hold-out 0.2` keeps a fifth of the links aside."
        )
    if unseen := sum(one.unseen for one in zones):
        text = _("{zones} zones and {share} % of the vehicles, by pair, pass no count: they follow the prior.")
        yield text.format(zones=unseen, share=number(100 * outcome.change.unseen_pairs_share, 0))
    if hardly := sum(one.hardly_seen and not one.unseen for one in zones):
        text = _("Of {hardly} of {zones} zones the counts tell hardly anything but what is common to all (zones.csv).")
        yield text.format(hardly=hardly, zones=len(zones))
    yield from task.bench.model.traffic.notes


def _facts(outcome: Outcome) -> Mapping[str, str]:
    made, fit = provenance(outcome.calibrated), outcome.calibrated.fit
    round_text = _("{vehicles} vehicles, misfit {misfit}")
    return {
        _("Scenario"): made["scenario"],
        _("Digest of the prior"): made["prior_digest"],
        _("Counts"): f"{made['counts']} ({made['counts_digest']})",
        _("Settings"): ", ".join(f"{key} {value}" for key, value in made["settings"].items()),
        _("Errors of the prior"): fit.structure,
        _("Rounds"): "; ".join(
            round_text.format(vehicles=one.vehicles, misfit=number(one.misfit, 2)) for one in fit.rounds
        ),
        _("Versions"): _("congestion_lab {program}, fast engine {engine}, SUMO {sumo}").format(
            program=made["program_version"], engine=made["engine_version"], sumo=made["sumo_version"]
        ),
    }
