"""Which pattern an NTCIP controller runs at which minute, read from a table of its objects by the standard's rules.

Nothing here is the program's: the object identifiers and the choice between schedule entries are those of the published
MIBs 1201v0315 (timeBaseScheduleTable, timeBaseDayPlanTable) and 1202v0328 (timebaseAscActionTable).
"""

import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_DEVICES = "1.3.6.1.4.1.1206.4.2."
_SCHEDULE, _DAY_PLANS, _ACTIONS = "6.3.3.2.1.", "6.3.3.5.1.", "1.5.3.1."


@dataclass(frozen=True)
class Objects:
    """What a table says of one controller: values by object identifier below `devices`, index included."""

    values: Mapping[str, str]

    def below(self, prefix: str) -> Iterator[tuple[list[int], str]]:
        for name, value in self.values.items():
            if name.startswith(prefix):
                yield [int(number) for number in name.removeprefix(prefix).split(".")], value

    def patterns(self, day: date) -> list[int]:
        """The pattern that the time base calls for in each minute of a local day."""
        assert self.values["1.4.1.0"] == "0", "coordOperationalMode automatic: the time base may decide"
        assert self.values["1.4.14.0"] == "0", "systemPatternControl standby: no system command is above it"
        due = dict(self._events(self._day_plan(day)))
        actions = itertools.accumulate((due.get(minute) for minute in range(1440)), lambda before, now: now or before)
        return [int(self.values[f"{_ACTIONS}2.{action}"]) for action in actions]

    def _day_plan(self, day: date) -> int:
        """The most specific entry counts: fewest months, then fewest dates, then fewest weekdays, then the first."""
        rows: dict[int, dict[int, int]] = {}
        for (column, row), value in self.below(_SCHEDULE):
            rows.setdefault(row, {})[column] = int(value)
        weekday = day.isoweekday() % 7 + 1  # Sunday is bit 1
        allowed = [
            (row[2].bit_count(), row[4].bit_count(), row[3].bit_count(), number, row[5])
            for number, row in rows.items()
            if row[2] >> day.month & 1 and row[3] >> weekday & 1 and row[4] >> day.day & 1 and row[5]
        ]
        return min(allowed)[-1]

    def _events(self, plan: int) -> Iterator[tuple[int, int]]:
        """Minute and action of each event of a day plan."""
        cells: dict[int, dict[int, str]] = {}
        for (column, number, event), value in self.below(_DAY_PLANS):
            if number == plan:
                cells.setdefault(event, {})[column] = value
        action = f"{_DEVICES}{_ACTIONS}1."
        for each in cells.values():
            assert each[5].startswith(action), "an action is named by the identifier of its number"
            yield 60 * int(each[3]) + int(each[4]), int(each[5].removeprefix(action))


def read_objects(file: Path) -> dict[str, Objects]:
    """Objects by controller; each object stands in the file once."""
    found: dict[str, dict[str, str]] = {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            values = found.setdefault(row["controller"], {})
            assert row["object"].startswith(_DEVICES)
            name = row["object"].removeprefix(_DEVICES)
            assert name not in values, name
            values[name] = row["value"]
    return {name: Objects(values) for name, values in found.items()}
