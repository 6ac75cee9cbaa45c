"""What an experiment file says: a scenario, what to search and how much, and how to confirm what was found.

Example:
    name: cologne3-signals
    scenario: cologne3.yaml
    search: {signals: all, sumo_runs: 200, seeds: [1, 2, 3]}
    confirm: {seeds: [101, 102, 103, 104, 105]}
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.scenarios.document import read_document
from congestion_lab.scenarios.validation import InputFile, Name, RuleError, Section, each_once, schema_of, validated

_ENDLESS = 1_000_000  # simulations: more than any time holds
_MIN_PAIRS = 2  # an interval needs at least two differences

ControlType = Literal["fixed", "actuated"]

Seed = Annotated[int, Field(ge=0, lt=2**31)]
Seeds = Annotated[tuple[Seed, ...], Field(min_length=1), AfterValidator(each_once)]
ConfirmSeeds = Annotated[tuple[Seed, ...], Field(min_length=_MIN_PAIRS), AfterValidator(each_once)]
ControllerIds = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1), AfterValidator(each_once)
]


def _branch(value: object) -> str:
    return "word" if isinstance(value, str) else "list"


class Search(Section):
    """What is searched, and how much may be simulated for it."""

    signals: Annotated[
        Annotated[Literal["all"], Tag("word")] | Annotated[ControllerIds, Tag("list")], Discriminator(_branch)
    ] = Field("all", description="`all`, or the ids of the controllers whose timing is searched")
    control: Annotated[tuple[ControlType, ...], Field(min_length=1), AfterValidator(each_once)] = Field(
        ("fixed",),
        description="how controllers may time their greens: `fixed`, `actuated` (greens end as traffic thins out), "
        "or both, and the search chooses for each",
    )
    phases: Literal["keep", "vary"] = Field(
        "keep",
        description="`keep` the phases as they are, or `vary` their order and how left turns are released, where legal",
    )
    sumo_runs: int = Field(
        30,
        ge=1,
        description="simulations that the search may make: one plan on one seed is one; a quarter of those beyond the "
        "first two plans, at most 12, is kept for a trial of the best plans on further seeds, and none where that is "
        "fewer than 4; where only `minutes` are given they are the bound",
    )
    minutes: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="bound on the time of the whole study, preparation and confirmation included: the search ends "
        "while there is time for the confirmation, by what the present plans' runs took, and does not begin where "
        "there is none for it; an interrupted study that goes on has it anew; without one the search depends on its "
        "seeds only",
    )
    seeds: Seeds = Field((1, 2, 3), description="seeds on which candidates are judged")
    min_cycle_s: int = Field(40, ge=20, le=300, description="shortest common cycle")
    max_cycle_s: int = Field(160, ge=20, le=300, description="longest common cycle")
    random_seed: Seed = Field(1, description="seed of the search itself")

    @property
    def runs_allowed(self) -> int:
        """Simulations that the search may make: as many as fit into the time where only that is bounded."""
        only_minutes = self.minutes is not None and "sumo_runs" not in self.model_fields_set
        return _ENDLESS if only_minutes else self.sumo_runs

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_cycle_s > self.max_cycle_s:
            raise RuleError("`min_cycle_s` is above `max_cycle_s`", "swap them")
        if self.sumo_runs < 2 * len(self.seeds):
            rule = (
                f"`sumo_runs` of {self.sumo_runs} is too few: the present plan and one other need {2 * len(self.seeds)}"
            )
            raise RuleError(rule, "allow more runs, or name fewer seeds")
        return self


class Confirm(Section):
    """How the best plan is confirmed on seeds that the search never saw."""

    seeds: ConfirmSeeds = Field(
        (101, 102, 103, 104, 105), description="seeds on which the present and the best plan are compared"
    )


class Experiment(Section):
    """One study."""

    name: Name
    description: str = ""
    scenario: InputFile = Field(description="scenario file; of several times of day, `--period` chooses")
    search: Search = Search()
    confirm: Confirm = Confirm()

    @model_validator(mode="after")
    def _seeds_apart(self) -> Self:
        shared = sorted({*self.search.seeds} & {*self.confirm.seeds})
        if shared:
            rule = f"both searched and confirmed on: {', '.join(map(str, shared))}"
            raise RuleError(rule, "confirm on seeds that the search never saw")
        return self


def load_experiment(path: Path) -> Experiment:
    """Read an experiment file; the scenario it names is not read.

    Raises:
        ScenarioError: With every fault of the file: line, key, rule and next step.
    """
    document = read_document(path)
    if "network" in document.value and "scenario" not in document.value:
        rule, line = "this is a scenario, no experiment", document.line_of(("network",))
        hint = "`simulate` runs it; an experiment names it as its `scenario`, with what to search"
        raise ScenarioError(Fault(rule, hint, str(path), line))
    return validated(document, Experiment)


def json_schema() -> Mapping[str, object]:
    """Return the JSON Schema of experiment files."""
    return schema_of(Experiment, "congestion_lab experiment")
