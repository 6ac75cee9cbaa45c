"""What a study comes to, in words: asked, found, proven, uncertain, certified, and what to type next."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from rich.markup import escape
from rich.table import Table

from congestion_lab.cli.console import counted
from congestion_lab.cli.tables import paired_indicators
from congestion_lab.core.names import clean_name
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.spec import Experiment
from congestion_lab.metrics.indicators import TOTALS
from congestion_lab.optimization.search.candidates import PRESENT
from congestion_lab.optimization.study.studyfiles import BEST_PLAN_FILE, PRESENT_PLAN_FILE
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.signals.certification.certificate import Certificate
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.planfile import read_plan_file
from congestion_lab.simulation.result import Status

_TRUSTED = 0.7  # rank correlation below which the fast engine's first choice is often not SUMO's
_NAMED = 6  # controllers that are named; more make nobody read on


def certificates_of(study: StudySummary) -> Sequence[Certificate]:
    """Return the certificates of the plans that a study hands over.

    Raises:
        SignalPlanError: Its plan file is damaged.
    """
    content = read_plan_file(best_plan(study))
    return certify(content.plans, content.intersections)


def best_plan(study: StudySummary) -> Path:
    """Return the file of the plans that a study hands over."""
    return study.folder / BEST_PLAN_FILE


def conclusion(experiment: Experiment, study: StudySummary, certificates: Sequence[Certificate]) -> Table:
    """Return a row each for what was asked, found, was on trial, is proven, uncertain, and certified."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("asked", escape(_asked(experiment, study)))
    table.add_row("found", escape(_found(study)))
    for number, found in enumerate(_trial(experiment, study)):
        table.add_row("" if number else "on trial", escape(found))
    table.add_row("proven", escape(_proven(study)))
    for number, doubt in enumerate(_doubts(study)):
        table.add_row("" if number else "uncertain", escape(doubt))
    table.add_row("certified", escape(_certified(certificates)))
    return table


def next_steps(command: str, study: StudySummary, certificates: Sequence[Certificate]) -> Iterator[str]:
    """Yield commands that lead on, each with what it is for.

    Args:
        command: The command that made the study, without its bounds.
        study: How it ended.
        certificates: Those of the plans that it hands over.
    """
    folder, plan = quote(str(study.folder)), quote(str(best_plan(study)))
    certified = all(one.certified for one in certificates)
    yield "next:"
    yield _step(f"report {folder} -o {quote(study.folder.name)}.html", "why, where and when, on maps")
    yield _step(f"compare {folder}/present {folder}/best", "every indicator, emissions too")
    if not certified:
        yield _step(f"plan certify {plan}", "every open point, with place and figures")
    if not study.improved:
        runs = 2 * study.sumo_runs
        yield _step(f"{command} --sumo-runs {runs} -o {folder}-{runs}", "a longer search, from the beginning")
    elif certified:
        yield _step(f"plan export {plan} --format xlsx --format csv -o plans/", "timing sheets to sign")
    else:
        yield _step(f"plan export {plan} --format xlsx --uncertified -o plans/", "sheets for review, marked as such")


def _step(command: str, purpose: str) -> str:
    return f"  congestion-lab {command}    # {purpose}"


def _asked(experiment: Experiment, study: StudySummary) -> str:
    search = experiment.search
    signals = "all signals" if search.signals == "all" else counted(len(search.signals), "signal")
    minutes = [] if search.minutes is None else [f"{search.minutes:g} min"]
    runs = [counted(search.sumo_runs, "simulation")] if search.runs_allowed == search.sumo_runs else []
    phases = ", phases varied" if search.phases == "vary" else ""
    return (
        f"better timings of {signals} of {study.present.inputs.name}: {' or '.join(search.control)} control{phases}, "
        f"cycles of {search.min_cycle_s} to {search.max_cycle_s} s, in at most {' and '.join([*runs, *minutes])}"
    )


def _found(study: StudySummary) -> str:
    origin = study.best.entrant.origin
    tried = f"{counted(study.candidates, 'plan')} tried in {counted(study.sumo_runs, 'simulation')}"
    ended = f"the search ended because {study.climb.end}"
    if origin == PRESENT:
        return f"nothing better than the present plans, so {BEST_PLAN_FILE} holds them; {tried}; {ended}"
    present = read_plan_file(study.folder / PRESENT_PLAN_FILE).plans
    changed = sum(now != was for now, was in zip(study.best_plans, present, strict=True))
    return f"new plans for {changed} of {len(present)} controllers, from: {origin}; {tried}; {ended}"


def _trial(experiment: Experiment, study: StudySummary) -> Iterator[str]:
    """Yield what became of the plans that were on trial before one was proposed, that one first."""
    for one in study.climb.trial:
        further = f", {len(one.further_s)} of them new" if one.further_s else ""
        seeds = counted(len(one.delays_s), "seed")
        yield f"{one.candidate.entrant.origin}: {one.mean_delay_s:.1f} s over {seeds}{further}"
    if not study.climb.trial and study.best.entrant.origin != PRESENT:
        searched = [str(seed) for seed in experiment.search.seeds]
        named = f"{'seed' if len(searched) == 1 else 'seeds'} {', '.join(searched)}"
        yield f"nothing: the budget is too small for it, so {named} alone chose the plan"


def _proven(study: StudySummary) -> str:
    difference = study.difference
    if difference is None:
        return "nothing: fewer than two unseen seeds finished on both sides"
    if study.best.entrant.origin == PRESENT:
        return "nothing: both sides ran the same plans"
    where = f"on {len(difference.seeds)} unseen seeds"
    interval = f"95 % interval of the change {difference.low:+.1f} … {difference.high:+.1f} s"
    if not difference.significant:
        return f"nothing about the mean delay {where}: the {interval} holds 0"
    word = "lower" if difference.mean < 0 else "HIGHER"
    return (
        f"mean delay {abs(100 * difference.relative):.1f} % {word} {where}: {difference.after_mean:.1f} s instead of "
        f"{difference.before_mean:.1f} s per demanded vehicle ({interval})"
    )


def _doubts(study: StudySummary) -> Iterator[str]:
    """Yield what the proof does not cover, what speaks against it, and always that a model was simulated.

    Totals of emissions are no word against a plan: they rise where more vehicles get in.
    """
    worse = [
        indicator.label
        for indicator, change in paired_indicators(study.present, study.confirmed)
        if change.significant and indicator.lower_is_better is not None and indicator.id not in TOTALS
        if (change.mean > 0) == indicator.lower_is_better
    ]
    if worse:
        yield f"worse with the new plans, each by its own 95 % interval: {', '.join(worse)}"
    for side, words in ((study.confirmed, "the plans found"), (study.present, "the present plans")):
        if jammed := _jammed(side):
            yield f"{words} end in gridlock on {jammed}"
    failed = len(study.present.failures) + len(study.confirmed.failures)
    if failed:
        yield f"{counted(failed, 'simulation')} of the confirmation failed and count on neither side"
    rank = study.climb.agreement.rank_correlation
    if rank is not None and rank < _TRUSTED:
        yield f"the fast engine ranks plans only roughly as SUMO does ({rank:.2f}): it may have missed better ones"
    yield "the interval covers chance in the traffic, not errors of the model: demand, present plans and drivers"


def _jammed(side: RunSet) -> str:
    seeds = [str(seed) for seed, run in sorted(side.by_seed.items()) if run.status is Status.GRIDLOCK]
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(seeds)}" if seeds else ""


def _certified(certificates: Sequence[Certificate]) -> str:
    failing = [clean_name(one.controller_id) for one in certificates if not one.certified]
    if not failing:
        return "the one controller" if len(certificates) == 1 else f"all {len(certificates):,} controllers"
    named = [*failing[:_NAMED], *(["…"] if len(failing) > _NAMED else [])]
    met = f"{len(certificates) - len(failing)} of {counted(len(certificates), 'controller')}"
    return f"{met}; a rule is breached or cannot be judged at {', '.join(named)}"
