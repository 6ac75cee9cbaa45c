"""A scenario file, which holds one scenario, or several times of day of one situation.

Example:
    name: town-day
    network: {folder: networks/town}
    periods:
      am-peak: {demand: {model: am-peak}, period: {begin: 07:30, end: 08:30}}
      friday: {demand: {model: friday}, period: {begin: 17:00, end: 18:00}, closures: [market_street]}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.scenarios.document import Document, dotted, read_document
from congestion_lab.scenarios.schema import Demand, LinkIds, Period, Scenario, Signals, Situation, require_fit
from congestion_lab.scenarios.validation import Name, RuleError, Section, safe_name, schema_of, validated

ALL_PERIODS = "all"  # what commands call them together
_PERIODS = "periods"
_OF_A_PERIOD = ("demand", "period")


def _no_reserved_name(name: str) -> str:
    if name == ALL_PERIODS:
        raise RuleError(f"no period is called `{ALL_PERIODS}`: that word stands for all of them", "name it otherwise")
    return name


class TimeOfDay(Section):
    """What differs by time of day; what is given here replaces what the family says."""

    description: str | None = None
    demand: Demand
    period: Period
    closures: LinkIds | None = Field(None, description="ids of links that are closed to traffic at that time")
    signals: Signals | None = None


class DaySituation(Situation):
    """One situation at several times of day."""

    periods: Annotated[dict[Annotated[Name, AfterValidator(_no_reserved_name)], TimeOfDay], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Family:
    """One situation at several times of day.

    Attributes:
        name: Its name.
        scenarios: A scenario per period, in the file's order; each is named after the family and the period.
    """

    name: str
    scenarios: Mapping[str, Scenario]


def load_scenario_file(path: Path) -> Scenario | Family:
    """Read a scenario file: one scenario, or a family where it has `periods`.

    Raises:
        ScenarioError: With every fault of the file: line, key, rule and next step.
    """
    document = read_document(path)
    if "scenario" in document.value and "network" not in document.value:
        rule, line = "this is an experiment, no scenario", document.line_of(("scenario",))
        raise ScenarioError(Fault(rule, "`optimize` runs it; else give the scenario named here", str(path), line))
    return _family(document) if _PERIODS in document.value else validated(document, Scenario)


def json_schema() -> Mapping[str, object]:
    """Return the JSON Schema of scenario files."""
    return schema_of(Scenario | DaySituation, "congestion_lab scenario")


def _family(document: Document) -> Family:
    day = validated(_without_misplaced(document), DaySituation)
    found = {period: _scenario(day, period, differing) for period, differing in day.periods.items()}
    if faults := [*_faults(document, found)]:
        raise ScenarioError(*faults)
    return Family(day.name, found)


def _without_misplaced(document: Document) -> Document:
    """Return the document without what each period has of its own, the faults telling where that belongs."""
    misplaced = [key for key in _OF_A_PERIOD if key in document.value]
    hint = f"move it into each of `{_PERIODS}`"
    told = (
        Fault(
            f"a file with `{_PERIODS}` has no `{key}` of its own", hint, str(document.path), document.lines[key,], key
        )
        for key in misplaced
    )
    value = {key: part for key, part in document.value.items() if key not in misplaced}
    return replace(document, value=value, faults=(*document.faults, *told))


def _scenario(day: DaySituation, period: str, differing: TimeOfDay) -> Scenario:
    shared = {key: getattr(day, key) for key in Situation.model_fields}
    own = {key: value for key in TimeOfDay.model_fields if (value := getattr(differing, key)) is not None}
    return Scenario.model_construct(**{**shared, **own, "name": f"{day.name}-{period}"})


def _faults(document: Document, scenarios: Mapping[str, Scenario]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for period, scenario in scenarios.items():
        place = (_PERIODS, period)
        told = str(document.path), document.line_of(place), dotted(place)
        if (other := first.setdefault(period.casefold(), period)) != period:
            rule = f"{period!r} differs from {other!r} in capitals only"
            yield Fault(rule, "name it otherwise: folders of runs are named so", *told)
        try:
            safe_name(scenario.name)
            require_fit(scenario)
        except RuleError as broken:
            yield Fault(str(broken), broken.hint, *told)
