"""The certificate of a plan: every rule that it is held to, what the rule asks, what the plan gives, and where.

A rule is met, breached or reserved. Reserved is what cannot be judged from what is known: no pass. A plan is certified
if every rule is met everywhere.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.timeline import Run


class Verdict(enum.Enum):
    """What became of a rule at one place."""

    MET = "met"
    BREACHED = "breached"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: Its name.
        title: What it asks, in words.
        source: Where it is from.
    """

    id: str
    title: str
    source: str


_FHWA = "FHWA Traffic Signal Timing Manual, 2nd ed."
_ITE = "ITE, Guidelines for Determining Traffic Signal Change and Clearance Intervals"
_ALL = (
    Rule("known", "The plan has an intersection, and the intersection a plan", "completeness"),
    Rule("served", "Every movement belongs to a group, and every group gets green", "completeness"),
    Rule("fixed-times", "Greens begin and end at known seconds of the cycle", "completeness"),
    Rule("ring", "Stages and rings add up to the cycle, and meet at barriers", f"{_FHWA}, chapter 5"),
    Rule("conflicts", "Conflicting movements never have protected green together", "MUTCD 2009, 4D.05"),
    Rule("yielding", "Who must give way never has protected green against a green", "MUTCD 2009, 4D.05"),
    Rule("straight-across", "Straight movements never have green across others or people", "MUTCD 2009, 4D.04"),
    Rule("yellow", "Yellow lets drivers stop or pass at the approach speed", f"{_ITE}; MUTCD 2009, 4D.26: 3-6 s"),
    Rule("intergreen", "Between conflicting greens the conflict area empties", f"{_ITE}; MUTCD 2009, 4D.26"),
    Rule("pedestrian-clearance", "Who has stepped off the kerb gets across", "MUTCD 2009, 4E.06"),
    Rule("minimum-green", "A green is long enough to be seen and used", f"{_FHWA}, table 5-3"),
    Rule("walk", "People on foot get time to start", "MUTCD 2009, 4E.06"),
    Rule("stated-minimum", "No phase is shorter than the plan itself states", "the plan"),
    Rule("crossing", "A leg without a pedestrian signal can be crossed in one go", "MUTCD 2009, 4E.06"),
    Rule("cycle", "The cycle is one that controllers and people take", f"NTCIP 1202; {_FHWA}, chapter 6"),
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""All rules by id, in the order of a certificate."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule at one place.

    Attributes:
        rule: Id of the rule.
        subject: Ids of the groups, or of the links, that it is about; none for the whole plan.
        verdict: Met, breached or reserved.
        required_s: What the rule asks, if that is a time; the least one unless the note says otherwise.
        provided_s: What the plan gives.
        at_s: Second of the cycle at which that is, if there is one.
        note: What is wrong, or what was looked at.
    """

    rule: str
    subject: tuple[str, ...]
    verdict: Verdict
    required_s: float | None = None
    provided_s: float | None = None
    at_s: float | None = None
    note: str = ""

    @property
    def margin_s(self) -> float | None:
        """What the plan gives beyond what is asked; negative where it gives less."""
        if self.required_s is None or self.provided_s is None:
            return None
        return self.provided_s - self.required_s


@dataclass(frozen=True, slots=True)
class Movement:
    """What a group releases from one inbound link.

    Attributes:
        group: Its group.
        from_link: Inbound link; "" for people on foot.
        name: Street name or link id without anything harmful in it; "" for people on foot.
        turns: Directions, straight first; none for people on foot.
        lanes: Number of lanes; 0 for people on foot.
        speed_mps: Speed limit of the approach, or walking speed.
        right_of_way: protected, permitted, both one after the other, or never.
    """

    group: str
    from_link: str
    name: str
    turns: tuple[Turn, ...]
    lanes: int
    speed_mps: float
    right_of_way: str


@dataclass(frozen=True, slots=True)
class Separation:
    """The least time between the greens of two conflicting groups: one cell of the intergreen matrix.

    Where several heads of the groups conflict, the one with the least slack counts.

    Attributes:
        clearing: Id of the group whose green ends.
        entering: Id of the group that gets the right of way.
        required_s: Yellow and red that are needed.
        provided_s: What the plan leaves.
        at_s: Second of the cycle at which the entering group gets its right of way.
        yellow_s: Yellow within the required time.
        red_s: Red within the required time; for people on foot the time to walk across.
        clearing_m: Way that is cleared.
        entering_m: Way of the entering traffic to the conflict area.
        measured: Whether both ways are measured on the junction's paths.
    """

    clearing: str
    entering: str
    required_s: float
    provided_s: float
    at_s: float
    yellow_s: float
    red_s: float
    clearing_m: float
    entering_m: float
    measured: bool

    @property
    def slack_s(self) -> float:
        """What the plan leaves beyond what is needed."""
        return self.provided_s - self.required_s


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one group shows over the cycle.

    Attributes:
        group: Its id.
        runs: Stretches of one aspect, from the start of the cycle to its end.
    """

    group: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that was judged at one intersection.

    Attributes:
        controller_id: Its controller.
        name: Its name in English, without anything harmful in it; possibly the id.
        name_ar: Its name in Arabic, possibly empty.
        program_id: The plan's name; "" without a plan.
        control: How the greens are timed; "" without a plan.
        cycle_s: Cycle; where traffic ends the greens, the shortest one, to which all times here refer.
        offset_s: Start of the cycle on the reference clock, within the cycle.
        ring: How the cycle adds up, in words.
        movements: What the groups release.
        conflicts: Pairs of groups whose paths cross or merge.
        separations: The intergreen matrix: required, provided, slack.
        timelines: The groups, second by second.
        judgements: Every rule at every place, in the order of the rules.
    """

    controller_id: str
    name: str
    name_ar: str
    program_id: str = ""
    control: str = ""
    cycle_s: float = 0.0
    offset_s: float = 0.0
    ring: str = ""
    movements: tuple[Movement, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    separations: tuple[Separation, ...] = ()
    timelines: tuple[Timeline, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    @property
    def certified(self) -> bool:
        """Whether every rule is met everywhere."""
        return bool(self.judgements) and all(judgement.verdict is Verdict.MET for judgement in self.judgements)

    def count(self, verdict: Verdict) -> int:
        """Return how many judgements came to a verdict."""
        return sum(judgement.verdict is verdict for judgement in self.judgements)

    @property
    def open(self) -> tuple[Judgement, ...]:
        """What is breached or reserved."""
        return tuple(judgement for judgement in self.judgements if judgement.verdict is not Verdict.MET)


@dataclass(frozen=True, slots=True)
class Marking:
    """What a file that holds plans says of their certificate.

    Attributes:
        certified: Whether every plan is certified.
        text: One line of plain words, short enough for a cell.
    """

    certified: bool
    text: str


def marking(certificates: Iterable[Certificate]) -> Marking:
    """Return what every file that holds these plans has to say; no plan at all is not certified."""
    verdicts = [one.certified for one in certificates]
    certified = bool(verdicts) and all(verdicts)
    text = _met(len(verdicts)) if certified else _unmet(verdicts.count(False), len(verdicts))
    return Marking(certified, text)


def _met(count: int) -> str:
    if count == 1:
        return "CERTIFIED: the one controller meets every rule."
    return f"CERTIFIED: each of the {count} controllers meets every rule."


def _unmet(failing: int, count: int) -> str:
    if count == 0:
        return "NOT CERTIFIED: there is no plan."
    if count == 1:
        return "NOT CERTIFIED: the one controller breaches a rule or cannot be judged. Not for use in a controller."
    if failing == count:
        return f"NOT CERTIFIED: none of the {count} controllers meets every rule. Not for use in a controller."
    if failing == 1:
        return (
            f"NOT CERTIFIED: 1 of {count} controllers breaches a rule or cannot be judged. Not for use in a controller."
        )
    return (
        f"NOT CERTIFIED: {failing} of {count} controllers breach a rule or cannot be judged. "
        "Not for use in a controller."
    )
