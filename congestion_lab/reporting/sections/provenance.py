"""What a reader has to know before trusting a figure: assumptions, warnings, and where everything comes from."""

from pathlib import Path

from congestion_lab.core.names import clean_name
from congestion_lab.experiments.runset import RunSet
from congestion_lab.reporting.borrowed import clean_words, retold
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.translation import _, in_numerals, isolated, listed
from congestion_lab.reporting.wording import clock, number, period
from congestion_lab.simulation.names import QUEUE
from congestion_lab.simulation.result import Status


def warnings(story: Story) -> list[str]:
    """Return what went wrong in the runs, and what makes their comparison doubtful."""
    sides = [side for side in (story.before, story.after) if side is not None]
    found = [remark for side in sides for remark in run_warnings(side.name, side.runs)]
    if len({side.runs.engines for side in sides}) > 1:
        found.append(_("The two sides come from different engines: differences are not those of the signals alone."))
    return found


def notes(story: Story) -> list[str]:
    """Return what makers of networks say that their models rest on, and what engines left out, without repeats."""
    sides = [side for side in (story.before, story.after) if side is not None]
    made = [note for side in sides for note in side.runs.inputs.notes]
    left_out = [note for side in sides for result in side.runs.results for note in result.notes]
    return [retold(note) for note in dict.fromkeys([*made, *left_out]) if note]


def _motion(story: Story) -> str:
    """Return how vehicles move, by the engine of the first run."""
    if story.before.runs.results[0].provenance.engine == QUEUE:
        return _(
            "Vehicles move lane by lane in queues with storage (the program's queue model, not SUMO), with the vehicle "
            "types of the demand; emissions are not modelled."
        )
    return _("Vehicles move by SUMO's car-following with the vehicle types of the demand; drivers obey signals.")


def assumptions(story: Story) -> list[str]:
    """Return what the figures rest on without having measured it."""
    inputs = story.before.runs.inputs
    listed = [
        *notes(story),
        _("Delay is time lost in the network plus the wait to enter it, per vehicle that the demand asks for."),
        _("Vehicles that had not arrived or not entered count with their delay up to the end of the period."),
        _motion(story),
        _("Nobody walks, parks or stops on the road unless the scenario says so."),
        _("Routes and the number of vehicles stay: nobody changes route, hour or mode because of a better plan."),
        _("Level of service follows HCM 6 by delay on the inbound link, without its rule for volume over capacity."),
        _(
            "Intervals are two-sided 95\N{NARROW NO-BREAK SPACE}%\N{NO-BREAK SPACE}intervals of paired differences "
            "(Student's t) over seeds."
        ),
        _("They cover chance between seeds, not errors of the network or the demand."),
    ]
    if inputs.teleport_s is None:
        listed.append(_("Stuck vehicles are not moved by force: a gridlock stays a gridlock and is counted."))
    if inputs.blocked_junction_s is not None:
        text = _("Drivers find a way past vehicles that stood {seconds} s inside a junction.")
        listed.append(text.format(seconds=number(inputs.blocked_junction_s, 0)))
    if inputs.scale != 1.0:
        listed.append(_("The demand is scaled by {scale}.").format(scale=number(inputs.scale, 2)))
    if inputs.mesoscopic:
        listed.append(_("The simulation is mesoscopic: vehicles move in queues, not one by one."))
    return listed


def provenance(story: Story) -> list[tuple[str, str]]:
    """Return names and values that let somebody else repeat the runs."""
    inputs, first = story.before.runs.inputs, story.before.runs.results[0]
    made = first.provenance
    analysed = period(inputs.analysis_begin_s, first.horizon_s)
    warm_up = (inputs.analysis_begin_s - inputs.begin_s) / 60
    rows = [
        (
            _("Analysed period"),
            _("{period} after {minutes} min of warm-up").format(period=analysed, minutes=number(warm_up, 0)),
        ),
        (_("Program"), f"congestion_lab {made.program_version}"),
        (_("Engine"), f"{made.engine} {made.engine_version}"),
        (_("Network"), f"{inputs.net_file.name} ({story.network.digest})"),
        (_("Demand"), ", ".join(path.name for path in inputs.route_files)),
        (_("Inputs digest"), inputs.digest),
    ]
    rows += [row for side in (story.before, story.after) if side is not None for row in _runs(side)]
    rows += _search(story)
    return [*rows, (_("Command of the first run"), " ".join(map(_without_folders, made.command)))]


def _search(story: Story) -> list[tuple[str, str]]:
    """Return what the search was given and what it took, as far as the study's summary tells."""
    study = story.study or {}
    searched = study.get("search")
    seeds = searched.get("present") if isinstance(searched, dict) else None
    told = {
        _("Seeds of the search"): listed([in_numerals(str(seed)) for seed in seeds])
        if isinstance(seeds, dict)
        else None,
        _("Random seed of the search"): study.get("random_seed"),
        _("Simulation runs allowed to the search"): study.get("sumo_runs_allowed"),
        _("Origin of the proposed plan"): retold(origin)
        if isinstance(origin := study.get("best_origin"), str)
        else None,
    }
    return [(name, _told(value)) for name, value in told.items() if value is not None]


def _told(value: object) -> str:
    return in_numerals(str(value)) if isinstance(value, int) else clean_words(str(value))


def _runs(side: Side) -> list[tuple[str, str]]:
    seeds = listed([in_numerals(str(seed)) for seed in side.summaries])
    digests = ", ".join(result.digest for result in side.runs.results)
    label = side.name
    return [
        (_("Seeds, {side}").format(side=label), seeds),
        (_("Plans, {side}").format(side=label), side.plans.digest),
        (_("Runs, {side}").format(side=label), digests),
    ]


def run_warnings(name: str, runs: RunSet) -> list[str]:
    """Return what went wrong in the runs of a set."""
    found = []
    for failure in runs.failures:
        text = _("{side}, seed {seed}: the run failed ({error}) and is missing from all figures.")
        reason = failure.message.partition("\n")[0].rstrip(":") or failure.error
        found.append(text.format(side=name, seed=in_numerals(str(failure.seed)), error=retold(reason)))
    for result in runs.results:
        place = {"side": name, "seed": in_numerals(str(result.seed))}
        if result.status is Status.GRIDLOCK:
            text = _("{side}, seed {seed}: gridlock at {time}; its vehicles are counted up to the end of the period.")
            found.append(text.format(time=clock(result.ended_s), **place))
            if result.place:
                began = _("{side}, seed {seed}: the gridlock began on the link {link}.")
                found.append(began.format(link=isolated(clean_name(result.place)), **place))
        if result.status is Status.CUT_OFF:
            found.append(_("{side}, seed {seed}: cut off before all vehicles had arrived.").format(**place))
        if result.teleports:
            text = _("{side}, seed {seed}: vehicles moved by force: {count}.")
            found.append(text.format(count=number(result.teleports, 0), **place))
    return found


def _without_folders(word: str) -> str:
    """Return a word of a command line with files by their names: folders are those of one machine."""
    return ",".join(Path(part).name if "/" in part else part for part in word.split(","))
