"""What a scenario file says: network, demand, period, closures, signals, area.

Example:
    name: cologne3
    network: {file: cologne3.net.xml.gz}
    demand: {routes: [cologne3.rou.xml.gz]}
    period: {begin: "07:00", end: "08:00"}
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from congestion_lab.scenarios.document import read_document
from congestion_lab.scenarios.validation import (
    Clock,
    Duration,
    InputFile,
    InputFolder,
    Name,
    RuleError,
    Section,
    each_once,
    validated,
)

_MIN_CORNERS = 3

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
LinkId = Annotated[str, Field(min_length=1)]
InputFiles = Annotated[tuple[InputFile, ...], AfterValidator(each_once)]
LinkIds = Annotated[tuple[LinkId, ...], AfterValidator(each_once)]


class NetworkSource(Section):
    """Where the roads are: a SUMO net, or a network folder with its variants."""

    file: InputFile | None = Field(None, description="SUMO net, .net.xml or .net.xml.gz")
    folder: InputFolder | None = Field(None, description="network folder, e.g. ../networks/damascus")
    variant: Name | None = Field(None, description="variant of the network folder, e.g. before-2025")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.file is None) == (self.folder is None):
            raise RuleError("a network is either a `file` or a `folder`", "name one of the two")
        if self.variant is not None and self.folder is None:
            raise RuleError("only a network `folder` has variants", "leave `variant` out")
        if not self.net_file.is_file():
            raise RuleError(f"the network {self.net_file} is not built", "run `congestion-lab network build` first")
        return self

    @property
    def net_file(self) -> Path:
        """The SUMO net."""
        if self.folder is None:
            return self.file or Path()
        return self.folder / f"{self._stem(self.folder.name)}.net.xml.gz"

    def demand_file(self, model: str) -> Path | None:
        """The routes of a demand model of the network folder, or None without a folder."""
        return None if self.folder is None else self.folder / "demand" / f"{self._stem(model)}.rou.xml.gz"

    def _stem(self, name: str) -> str:
        return name if self.variant is None else f"{name}-{self.variant}"


class Demand(Section):
    """Who drives: route files, or a demand model of the network folder."""

    routes: InputFiles = Field((), description="SUMO route files with vehicles, trips or flows")
    additional: InputFiles = Field((), description="SUMO additional files: vehicle types, stops, plans")
    model: Name | None = Field(None, description="demand model of the network folder, e.g. am-peak")
    scale: float = Field(1.0, gt=0, le=100, description="factor on the number of vehicles")
    depart_jitter_s: float = Field(0.0, ge=0, le=3600, description="departures vary by up to this much, by seed")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if bool(self.routes) == (self.model is not None):
            raise RuleError("demand is either `routes` or a `model`", "name one of the two")
        return self


class Period(Section):
    """When: the analysed period, and what is simulated around it."""

    begin: Clock = Field(description="begin of the analysed period")
    end: Clock | None = Field(None, description="end of the simulation; left out: until all vehicles have arrived")
    warm_up: Duration = Field(0.0, description="simulated before `begin` to fill the network; does not count")
    limit: Duration | None = Field(
        None, description="without `end`: longest duration after `begin`; left out: two hours after the last departure"
    )

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end is not None and self.end <= self.begin:
            raise RuleError("the period is empty: `end` is not after `begin`", "after midnight, count on: 25:00")
        if self.end is not None and self.limit is not None:
            raise RuleError("`limit` is for periods without `end`", "leave one of the two out")
        if self.limit == 0:
            raise RuleError("the period is empty: `limit` is 00:00", "give a duration such as 02:00")
        if self.warm_up > self.begin:
            raise RuleError("the warm-up begins before midnight", "shorten it")
        return self


class Signals(Section):
    """Who decides the signals."""

    plans: InputFile | None = Field(None, description="plan file (best-plan.json) that replaces the network's plans")
    controller: Literal["plans", "actuated", "delay_based", "max_pressure"] = "plans"


class Area(Section):
    """The part of the network that is simulated; trips enter it when they would really reach it."""

    polygon: tuple[tuple[Latitude, Longitude], ...] | None = Field(None, description="corners as [latitude, longitude]")
    links: LinkIds | None = Field(None, description="ids of the links inside")
    entry_times: Literal["mesoscopic", "microscopic"] = Field(
        "mesoscopic", description="how the whole network is simulated once to learn when trips enter the area"
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.polygon is None) == (self.links is None):
            raise RuleError("an area is either a `polygon` or a list of `links`", "name one of the two")
        if self.polygon is not None and len(set(self.polygon)) < _MIN_CORNERS:
            raise RuleError("a polygon has at least three different corners", "add corners as [latitude, longitude]")
        if self.links == ():
            raise RuleError("the list of links is empty", "name the links of the area, or leave `area` out")
        return self


class Simulation(Section):
    """How the simulator works."""

    step_s: float = Field(1.0, ge=0.001, le=10, description="length of a simulation step")
    mesoscopic: bool = Field(
        default=False, description="vehicles move in queues instead of one by one: faster and coarser"
    )
    teleport_s: float | None = Field(
        None, gt=0, description="move a vehicle on that stood this long; left out: never, gridlock is reported"
    )
    blocked_junction_s: float | None = Field(
        None,
        gt=0,
        description="drivers find a way past vehicles that stood this long inside a junction; left out: never; "
        "the fast engine keeps junctions clear by itself",
    )


class Situation(Section):
    """What holds for the whole day: all of a scenario but who drives and when."""

    name: Name
    description: str = ""
    network: NetworkSource
    additional: InputFiles = Field((), description="SUMO additional files: vehicle types, stops, plans")
    closures: LinkIds = Field((), description="ids of links that are closed to traffic")
    signals: Signals = Signals()
    area: Area | None = None
    simulation: Simulation = Simulation()


class Scenario(Situation):
    """One situation to simulate."""

    demand: Demand
    period: Period

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        require_fit(self)
        return self

    @property
    def route_files(self) -> tuple[Path, ...]:
        """The files with the vehicles."""
        modelled = None if self.demand.model is None else self.network.demand_file(self.demand.model)
        return self.demand.routes if modelled is None else (modelled,)

    @property
    def additional_files(self) -> tuple[Path, ...]:
        """All additional files, in the order in which they are loaded."""
        return (*self.additional, *self.demand.additional)

    @property
    def plan_file(self) -> Path | None:
        """The plans that replace those of the network, if the scenario names some."""
        return self.signals.plans


def require_fit(scenario: Scenario) -> None:
    """Make sure that demand, network and additional files belong together.

    Raises:
        RuleError: They do not.
    """
    if scenario.demand.model is not None:
        file = scenario.network.demand_file(scenario.demand.model)
        if file is None:
            raise RuleError(
                "a demand `model` needs a network `folder`", "name the folder, or route files under `routes`"
            )
        if not file.is_file():
            raise RuleError(f"the demand {file} is not built", "run `congestion-lab demand build` first")
    each_once(scenario.additional_files)


def load_scenario(path: Path) -> Scenario:
    """Read the file of one scenario.

    Raises:
        ScenarioError: With every fault of the file: line, key, rule and next step.
    """
    return validated(read_document(path), Scenario)
