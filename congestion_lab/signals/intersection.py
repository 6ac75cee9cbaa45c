"""What a signal plan must respect at one intersection: its heads, their conflicts and distances."""

from dataclasses import dataclass

from congestion_lab.core.geometry import Turn


@dataclass(frozen=True, slots=True)
class SignalHead:
    """One signal head and the path that it releases.

    Attributes:
        index: Its index at the controller.
        from_link: Inbound link; "" for a crossing.
        from_lane: Index of the inbound lane.
        to_link: Outbound link; "" for a crossing.
        turn: Direction, or None for a pedestrian crossing.
        approach_speed_mps: Speed limit of the approach (walking speed for a crossing).
        path_length_m: Length of the path from the stop line to the outbound link (crossing length for a crossing).
        approach_name: Street name of the approach, possibly empty.
        approach_name_ar: Its Arabic name, possibly empty.
        crossed: Links that a crossing leads over, as far as they are known; none for vehicles.
    """

    index: int
    from_link: str
    from_lane: int
    to_link: str
    turn: Turn | None
    approach_speed_mps: float
    path_length_m: float
    approach_name: str = ""
    approach_name_ar: str = ""
    crossed: tuple[str, ...] = ()

    @property
    def is_crossing(self) -> bool:
        """Whether the head serves pedestrians."""
        return self.turn is None


@dataclass(frozen=True, slots=True)
class ConflictDistance:
    """How far it is from two stop lines to where the paths behind them meet.

    Attributes:
        clearing: Head whose traffic has to be gone.
        entering: Head whose traffic comes next.
        clearing_m: From the first one's stop line to the far end of the conflict area.
        entering_m: From the second one's stop line to the near end of the conflict area.
    """

    clearing: int
    entering: int
    clearing_m: float
    entering_m: float


@dataclass(frozen=True, slots=True)
class Leg:
    """A carriageway, or two without a refuge between them, that people on foot cross in one go without a signal.

    Attributes:
        links: Links crossed: inbound, outbound or both.
        width_m: Kerb to kerb, or kerb to refuge.
        name: Street name, possibly empty.
    """

    links: tuple[str, ...]
    width_m: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Intersection:
    """One signal-controlled intersection.

    Attributes:
        controller_id: Its controller.
        name: Name for people, in English; possibly the id.
        name_ar: Name in Arabic, possibly empty.
        heads: Signal heads; several heads may share an index.
        conflicts: Pairs (i, j), i < j, of head indices whose paths cross or merge.
        yields: Pairs (i, j): head i must give way to head j when both are green, so i may only show PERMITTED then.
        distances: Both directions of each conflict whose paths are known; empty in files that older versions wrote.
        legs: What people cross without a signal, as far as widths are known; legs with a mapped crossing are left out.
    """

    controller_id: str
    name: str
    name_ar: str
    heads: tuple[SignalHead, ...]
    conflicts: frozenset[tuple[int, int]]
    yields: frozenset[tuple[int, int]]
    distances: tuple[ConflictDistance, ...] = ()
    legs: tuple[Leg, ...] = ()

    @property
    def head_count(self) -> int:
        """Number of signal indices the controller drives."""
        return max((head.index for head in self.heads), default=-1) + 1

    @property
    def released(self) -> dict[int, list[SignalHead]]:
        """What each signal index releases."""
        released: dict[int, list[SignalHead]] = {}
        for head in self.heads:
            released.setdefault(head.index, []).append(head)
        return released

    @property
    def crossings(self) -> frozenset[int]:
        """Signal indices that release people on foot and no vehicle."""
        driven = {head.index for head in self.heads if not head.is_crossing}
        return frozenset({head.index for head in self.heads} - driven)

    def in_conflict(self, first: int, second: int) -> bool:
        """Whether the paths of two heads cross or merge."""
        return (min(first, second), max(first, second)) in self.conflicts
