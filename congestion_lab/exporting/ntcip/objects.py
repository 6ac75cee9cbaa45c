"""Objects of NTCIP 1202 controllers and of their time base (NTCIP 1201), and the table that lists values for them.

Identifiers, ranges and meanings are those of the management information bases 1202v0328 and 1201v0315, which may be
passed on freely; 1202v0218 has the same ones, but for names and modes that came later and are not used here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.names import inert, shielded
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.tablefile import write_table
from congestion_lab.signals.intersection import Intersection

ASC = "1.3.6.1.4.1.1206.4.2.1"  # NTCIP 1202, actuated signal controller units
TIMEBASE = "1.3.6.1.4.1.1206.4.2.6.3.3"  # NTCIP 1201, time base of any device
MAX_PATTERNS = 253  # 254 and 255 stand for free and flash
MAX_ROWS = 255  # of splits, sequences, actions, day plans, and events of a day plan
FREE = 254  # the pattern of a controller that keeps no common time
_COLUMNS = ("controller", "intersection", "object", "name", "index", "value", "unit", "range", "tmdd", "serves")


@dataclass(frozen=True, slots=True)
class NtcipObject:
    """A kind of object.

    Attributes:
        identifier: Its object identifier, without the index.
        name: Its descriptor.
        unit: Unit of its value; "" for a number without one.
        range: What values it takes.
        tmdd: Its name in TMDD 3.03 (IntersectionSignalTPInventoryPhase), where it has one.
    """

    identifier: str
    name: str
    unit: str
    range: str
    tmdd: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object with its value.

    Attributes:
        kind: The kind of object.
        index: Which one of its kind.
        value: The value.
        serves: What it is there for: groups of a phase, plans of a pattern, days of a day plan.
    """

    kind: NtcipObject
    index: str
    value: Cell
    serves: str = ""

    @property
    def row(self) -> Sequence[Cell]:
        """Its cells of the table."""
        kind = self.kind
        identifier = f"{kind.identifier}.{self.index}"
        return identifier, kind.name, self.index, self.value, kind.unit, kind.range, kind.tmdd, self.serves


WALK = NtcipObject(f"{ASC}.1.2.1.2", "phaseWalk", "s", "0..255", "minimum-walk-duration")
PED_CLEAR = NtcipObject(f"{ASC}.1.2.1.3", "phasePedestrianClear", "s", "0..255")
MIN_GREEN = NtcipObject(f"{ASC}.1.2.1.4", "phaseMinimumGreen", "s", "0..255", "minimum-green-duration")
PASSAGE = NtcipObject(f"{ASC}.1.2.1.5", "phasePassage", "0.1 s", "0..255")
MAXIMUM = NtcipObject(f"{ASC}.1.2.1.6", "phaseMaximum1", "s", "0..255", "maximum-green-duration")
YELLOW = NtcipObject(f"{ASC}.1.2.1.8", "phaseYellowChange", "0.1 s", "0..255", "vehicle-clearance-duration")
RED = NtcipObject(f"{ASC}.1.2.1.9", "phaseRedClear", "0.1 s", "0..255", "vehicle-red-duration")
RING = NtcipObject(f"{ASC}.1.2.1.22", "phaseRing", "", "0..255")
CONCURRENCY = NtcipObject(f"{ASC}.1.2.1.23", "phaseConcurrency", "phase numbers, one octet each", "octets")
OPERATIONAL_MODE = NtcipObject(f"{ASC}.4.1", "coordOperationalMode", "", "0..255")
CYCLE = NtcipObject(f"{ASC}.4.7.1.2", "patternCycleTime", "s", "30..255")
OFFSET = NtcipObject(f"{ASC}.4.7.1.3", "patternOffsetTime", "s", "0..254")
SPLIT_NUMBER = NtcipObject(f"{ASC}.4.7.1.4", "patternSplitNumber", "", "1..255")
SEQUENCE_NUMBER = NtcipObject(f"{ASC}.4.7.1.5", "patternSequenceNumber", "", "1..255")
SPLIT_TIME = NtcipObject(f"{ASC}.4.9.1.3", "splitTime", "s", "0..255", "phase-split")
SPLIT_MODE = NtcipObject(f"{ASC}.4.9.1.4", "splitMode", "", "1..7", "split-mode")
SPLIT_COORDINATED = NtcipObject(f"{ASC}.4.9.1.5", "splitCoordPhase", "", "0..1", "coordinated-phase")
CONTROL = NtcipObject(f"{ASC}.4.14", "systemPatternControl", "", "0..255")
PATTERN_SYNC = NtcipObject(f"{ASC}.5.1", "timebaseAscPatternSync", "min", "0..65535")
ACTION = NtcipObject(f"{ASC}.5.3.1.1", "timebaseAscActionNumber", "", "1..255")
ACTION_PATTERN = NtcipObject(f"{ASC}.5.3.1.2", "timebaseAscPattern", "", "0..255")
SEQUENCE_DATA = NtcipObject(f"{ASC}.7.3.1.3", "sequenceData", "phase numbers, one octet each", "octets")
SCHEDULE_MONTH = NtcipObject(f"{TIMEBASE}.2.1.2", "timeBaseScheduleMonth", "bits 1 to 12", "0..65535")
SCHEDULE_DAY = NtcipObject(f"{TIMEBASE}.2.1.3", "timeBaseScheduleDay", "bits 1 (Sunday) to 7", "0..255")
SCHEDULE_DATE = NtcipObject(f"{TIMEBASE}.2.1.4", "timeBaseScheduleDate", "bits 1 to 31", "0..4294967295")
SCHEDULE_DAY_PLAN = NtcipObject(f"{TIMEBASE}.2.1.5", "timeBaseScheduleDayPlan", "", "0..255")
DAY_PLAN_HOUR = NtcipObject(f"{TIMEBASE}.5.1.3", "dayPlanHour", "h", "0..23")
DAY_PLAN_MINUTE = NtcipObject(f"{TIMEBASE}.5.1.4", "dayPlanMinute", "min", "0..59")
DAY_PLAN_ACTION = NtcipObject(f"{TIMEBASE}.5.1.5", "dayPlanActionNumberOID", "object identifier", "identifiers")


def octets(numbers: Iterable[int]) -> str:
    """Return numbers as octets in hexadecimal, e.g. `02 0A`; spreadsheets leave such text alone."""
    return " ".join(f"{number:02X}" for number in numbers)


def write_entries(target: Path, controllers: Iterable[tuple[Intersection, Iterable[Entry]]], marking: str) -> None:
    """Write the objects of some controllers as a table, a row for each."""
    write_table(target, _COLUMNS, _rows(controllers), marking)


def _rows(controllers: Iterable[tuple[Intersection, Iterable[Entry]]]) -> Iterator[Sequence[Cell]]:
    for site, entries in controllers:
        head = (shielded(site.controller_id), inert(site.name))
        yield from ((*head, *entry.row) for entry in entries)
