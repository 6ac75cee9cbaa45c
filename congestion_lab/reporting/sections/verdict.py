"""What a comparison says, in sentences that claim no more than it shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from congestion_lab.experiments.comparison import PairedDifference
from congestion_lab.metrics.indicators import UNSERVED, indicator
from congestion_lab.reporting.sections.figures import tone_of
from congestion_lab.reporting.translation import _, listed, plural
from congestion_lab.reporting.wording import interval, number, percent, share

_OBJECTIVE = "mean_delay_s"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome in words.

    Attributes:
        tone: better, worse or same.
        headline: A few words.
        lead: The finding with its figures.
        certainty: How sure it is.
        risks: What else became worse, and vehicles that are not served.
    """

    tone: str
    headline: str
    lead: str
    certainty: str
    risks: tuple[str, ...]


def verdict_of(differences: Mapping[str, PairedDifference], *, unseen: bool) -> Verdict:
    """Return what the paired differences show.

    Args:
        differences: By indicator id; with the mean delay.
        unseen: Whether a search chose the plans without seeing these seeds.
    """
    delay = differences[_OBJECTIVE]
    tone = tone_of(delay, indicator(_OBJECTIVE))
    headlines = {
        "better": _("Significant improvement in simulation"),
        "worse": _("Significantly worse in simulation"),
        "same": _("No significant improvement"),
    }
    certainty, risks = _certainty(delay, unseen=unseen), tuple(_side_effects(differences))
    return Verdict(tone, headlines[tone], _lead(delay, tone), certainty, risks)


def _lead(delay: PairedDifference, tone: str) -> str:
    figures = {
        "before": number(delay.before_mean),
        "after": number(delay.after_mean),
        "change": percent(delay.relative, 1),
        "size": share(abs(delay.relative), 1),
    }
    texts = {
        "better": _("Mean delay falls from {before} s to {after} s per demanded vehicle, {size} less."),
        "worse": _("Mean delay rises from {before} s to {after} s per demanded vehicle, {size} more."),
        "same": _(
            "Mean delay is {before} s before and {after} s after ({change}): a difference that chance may explain."
        ),
    }
    if delay.low == delay.high == 0:
        return _("Mean delay is {before} s on both sides: nothing better than before was found.").format(**figures)
    return texts[tone].format(**figures)


def _certainty(delay: PairedDifference, *, unseen: bool) -> str:
    if len(delay.seeds) == 1:
        return _("Only one seed was simulated: nothing can be said about chance. Simulate at least five.")
    seeds = plural("{count} seed", "{count} seeds", len(delay.seeds))
    where = _("that the search never saw") if unseen else _("run on both sides")
    text = _(
        "With 95\N{NARROW NO-BREAK SPACE}%\N{NO-BREAK SPACE}confidence mean delay changes by {interval} s, "
        "on {seeds} {where}."
    )
    limit = _("That covers chance in the traffic, not errors of the model.")
    return f"{text.format(interval=interval(delay.low, delay.high), seeds=seeds, where=where)} {limit}"


def _side_effects(differences: Mapping[str, PairedDifference]) -> list[str]:
    """Return what got worse beside the objective, and vehicles that are not served."""
    remarks = []
    unserved = differences.get(UNSERVED.id)
    if unserved is not None and max(unserved.before_mean, unserved.after_mean) > 0:
        text = _("Not arrived by the end of the period: {before} vehicles before, {after} after.")
        remarks.append(text.format(before=number(unserved.before_mean, 0), after=number(unserved.after_mean, 0)))
    watched = ("stops_per_veh", "p95_travel_time_s", "max_queue_m", "co2_per_km_g")
    worse = [_(indicator(one).label) for one in watched if _is_worse(differences, one)]
    if worse:
        remarks.append(_("Significantly worse: {names}.").format(names=listed(worse)))
    return remarks


def _is_worse(differences: Mapping[str, PairedDifference], name: str) -> bool:
    return name in differences and tone_of(differences[name], indicator(name)) == "worse"
