"""Studies of several times of day side by side: in each the present plans against those found, judged together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.matrix import JUDGED, Matrix, compare_all
from congestion_lab.experiments.multiplicity import Judged, Values, judged
from congestion_lab.metrics.indicators import Indicator
from congestion_lab.metrics.summary import RunSummary

Sides = tuple[Mapping[int, RunSummary], Mapping[int, RunSummary]]  # figures by seed, present and found


@dataclass(frozen=True, slots=True)
class Periods:
    """Changes by study and indicator; all cells together are one family.

    Attributes:
        names: The studies in the order given.
        seeds: Seeds that both sides of a study finished, by its name.
        indicators: What is judged: what both sides of every study recorded.
        unrecorded: What was to be judged and is not.
        cells: By study and indicator id.
    """

    names: tuple[str, ...]
    seeds: Mapping[str, tuple[int, ...]]
    indicators: tuple[Indicator, ...]
    unrecorded: tuple[Indicator, ...]
    cells: Mapping[tuple[str, str], Judged]


def compare_periods(studies: Mapping[str, Sides], indicators: Sequence[Indicator] = JUDGED) -> Periods:
    """Compare both sides of every study, paired by seed within it.

    Args:
        studies: Present and found, by name; seeds may differ between studies.
        indicators: What is judged; each has a direction of good.

    Raises:
        ExperimentError: The sides of a study share fewer than two seeds, or no indicator is recorded by all.
    """
    pairs = {}
    for name, (present, found) in studies.items():
        sides = {f"{name}, present": present, f"{name}, found": found}
        pairs[name] = compare_all(sides, f"{name}, present", indicators)
    shared = [one for one in indicators if all(one in pair.indicators for pair in pairs.values())]
    if not shared:
        asked = ", ".join(one.id for one in indicators)
        raise ExperimentError(f"no indicator is recorded by all studies ({asked})")
    keys = [(name, one.id) for name in studies for one in shared]
    family = judged([_sides(pairs[name], one) for name, one in keys])
    return Periods(
        names=tuple(studies),
        seeds={name: pair.seeds for name, pair in pairs.items()},
        indicators=tuple(shared),
        unrecorded=tuple(one for one in indicators if one not in shared),
        cells=dict(zip(keys, family, strict=True)),
    )


def _sides(pair: Matrix, one: str) -> tuple[Values, Values]:
    present, found = (pair.values[run][one] for run in pair.runs)
    return present, found
