"""Intersections and their movements, before and after."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from congestion_lab.core.names import clean_name
from congestion_lab.metrics.service import intersection_service
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import link_name
from congestion_lab.reporting.translation import _, here, isolated
from congestion_lab.reporting.wording import queue_text

NOTICED_S = 3.0  # a change of delay that is coloured; below it the level of service hardly ever changes
TURNS = {"straight": "↑", "left": "↰", "right": "↱", "u_turn": "↶"}


@dataclass(frozen=True, slots=True)
class Service:
    """Delay and level of service of one place on one side; NaN and "" without vehicles.

    Attributes:
        vehicles: How many.
        delay_s: Mean delay.
        los: Its level of service.
        queue_m: Longest queue on an inbound link.
        full: Whether a queue ever filled that link, so that it went on beyond.
    """

    vehicles: float
    delay_s: float
    los: str
    queue_m: float = math.nan
    full: bool = False

    @property
    def queue(self) -> str:
        """The queue in words."""
        return queue_text(self.queue_m, full=self.full)


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement before and after."""

    street: str
    towards: str
    arrow: str
    before: Service
    after: Service | None


@dataclass(frozen=True, slots=True)
class IntersectionRow:
    """One intersection before and after, with its movements."""

    id: str
    name: str
    before: Service
    after: Service | None
    movements: tuple[MovementRow, ...]

    @property
    def change_s(self) -> float:
        """Change of mean delay; NaN where there is nothing to compare."""
        return math.nan if self.after is None else self.after.delay_s - self.before.delay_s

    @property
    def tone(self) -> str:
        """Better or worse where the change can be noticed, else same."""
        return "better" if self.change_s < -NOTICED_S else "worse" if self.change_s > NOTICED_S else "same"


def intersection_rows(story: Story) -> list[IntersectionRow]:
    """Return all signal-controlled intersections, the most delayed (delay times vehicles) before first."""
    sides = [side for side in (story.before, story.after) if side is not None]
    tables = [_services(side, story) for side in sides]
    rows = [
        IntersectionRow(
            controller,
            name,
            tables[0][controller],
            tables[1][controller] if len(tables) > 1 else None,
            _movements(story, controller),
        )
        for controller, name in intersection_names(story).items()
    ]
    return sorted(rows, key=lambda row: -_burden(row.before))


def intersection_names(story: Story) -> dict[str, str]:
    """Return what each signal-controlled intersection is called, by the id of its controller."""
    sites = {controller: story.intersections.get(controller) for controller in story.network.controllers}
    return told_apart(
        {key: here(clean_name(site.name), clean_name(site.name_ar)) if site else "" for key, site in sites.items()}
    )


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return names by ids; those that are shared have the id behind them, and an id stands where there is no name."""
    called = {key: name or clean_name(key) for key, name in names.items()}
    count = Counter(called.values())
    return {key: f"{name} ({isolated(clean_name(key))})" if count[name] > 1 else name for key, name in called.items()}


def _services(side: Side, story: Story) -> dict[str, Service]:
    table = intersection_service(side.movements[["from_link", "to_link", "vehicles", "delay_s"]], story.network)
    found = {}
    for controller, vehicles, delay, los in table[["controller_id", "vehicles", "delay_s", "los"]].itertuples(
        index=False
    ):
        queues = [_queue(side, link) for link in story.network.controllers[controller]]
        found[controller] = Service(float(vehicles), float(delay), los, *_longest(queues))
    return found


def _movements(story: Story, controller: str) -> tuple[MovementRow, ...]:
    before = _by_pair(story.before, controller)
    after = {} if story.after is None else _by_pair(story.after, controller)
    pairs = sorted(set(before) | set(after))
    nothing = Service(0.0, math.nan, "")
    links = story.network.links
    return tuple(
        MovementRow(
            street=link_name(links[pair[0]]),
            towards=link_name(links[pair[1]]),
            arrow=TURNS.get(story.network.movements[pair][0].turn.value, ""),
            before=before.get(pair, nothing),
            after=None if story.after is None else after.get(pair, nothing),
        )
        for pair in pairs
    )


def _by_pair(side: Side, controller: str) -> dict[tuple[str, str], Service]:
    """Return each movement's service; its queue is that of its inbound link."""
    mine = side.movements[side.movements["controller_id"] == controller]
    columns = mine[["from_link", "to_link", "vehicles", "delay_s", "los"]]
    return {
        (start, end): Service(count, delay, los, *_queue(side, start))
        for start, end, count, delay, los in columns.itertuples(index=False)
    }


def _queue(side: Side, link: str) -> tuple[float, bool]:
    """Return the longest queue of a link, and whether one ever filled it."""
    if link not in side.links.index:
        return math.nan, False
    return float(side.links["max_queue_m"][link]), bool(side.links["spillback_share"][link] > 0)


def _longest(queues: Iterable[tuple[float, bool]]) -> tuple[float, bool]:
    known = [each for each in queues if not math.isnan(each[0])]
    return max(known, default=(math.nan, False))


def _burden(service: Service) -> float:
    return 0.0 if math.isnan(service.delay_s) else service.delay_s * service.vehicles


def unnamed(rows: list[IntersectionRow]) -> str:
    """Return a remark where intersections have no names but ids."""
    return _("The network gives no street names; ids stand instead.") if all(row.name == row.id for row in rows) else ""
