"""What a confirmation proved, as a plan file carries it: whoever meets the plan later has to know."""

from collections.abc import Mapping
from enum import Enum

from congestion_lab.experiments.comparison import PairedDifference

CONFIRMATION = "confirmation"  # where it stands in the provenance of a plan file


class Outcome(Enum):
    """What a confirmation proved of the mean delay."""

    BETTER = "better"
    WORSE = "worse"
    NOT_PROVEN = "not proven"


def outcome_of(difference: PairedDifference | None) -> Outcome:
    """Return what the change of the mean delay, found minus present, proves; nothing without one."""
    if difference is None or not difference.significant:
        return Outcome.NOT_PROVEN
    return Outcome.BETTER if difference.high < 0 else Outcome.WORSE


def as_provenance(difference: PairedDifference | None) -> dict[str, object]:
    """Return what a plan file says of its confirmation."""
    outcome: dict[str, object] = {"outcome": outcome_of(difference).value}
    if difference is None:
        return outcome
    return outcome | {
        "unseen_seeds": list(difference.seeds),
        "present_delay_s": difference.before_mean,
        "delay_s": difference.after_mean,
        "change_low_s": difference.low,
        "change_high_s": difference.high,
    }


def proof_line(provenance: Mapping[str, object]) -> str:
    """Return what the confirmation of plans proved, in a sentence; "" where their file tells of none."""
    told = provenance.get(CONFIRMATION)
    if not isinstance(told, Mapping):
        return ""
    opening = {
        Outcome.BETTER.value: "PROVEN in simulation: less delay than under the present plans",
        Outcome.WORSE.value: "PROVEN WORSE in simulation: more delay than under the present plans",
    }.get(str(told.get("outcome")), "NOT PROVEN in simulation that there is less delay than under the present plans")
    seeds, low, high = told.get("unseen_seeds"), told.get("change_low_s"), told.get("change_high_s")
    if not (isinstance(seeds, list) and isinstance(low, int | float) and isinstance(high, int | float)):
        return f"{opening}; fewer than two unseen seeds finished on both sides."
    return f"{opening} ({len(seeds)} unseen seeds, 95 % interval of the change {low:+.1f} … {high:+.1f} s)."
