"""The program's own count table: written by `demand counts`, read back to the same counts."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.files import write_text
from congestion_lab.core.names import inert, shielded
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.counts.countfindings import Finding
from congestion_lab.demand.counts.countmeans import DayCount
from congestion_lab.demand.counts.countrows import read_count_rows
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.tablemapping import TableMapping, TableShape

COLUMNS = ("link_id", "ib_link_id", "ob_link_id", "begin", "end", "class", "vehicles", "days", "sd")
FINDING_COLUMNS = ("severity", "rule", "place", "when", "message", "treatment", "figures", "lines")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes Arabic for Latin-1
_OURS = TableMapping(table=TableShape(decimal="."))


def write_counts(target: Path, counts: Iterable[DayCount]) -> None:
    """Write counts of a typical day (CSV, UTF-8); numbers keep all their digits."""
    _write(target, COLUMNS, map(_cells, counts))


def write_findings(target: Path, findings: Iterable[Finding]) -> None:
    """Write everything that was found (CSV, UTF-8), with the lines of the table that it concerns."""
    _write(target, FINDING_COLUMNS, map(_finding_cells, findings))


def read_counts(path: Path) -> tuple[Count, ...]:
    """Read a count table that `demand counts` wrote, or one of a single day as documented that needs no checks.

    Raises:
        DemandError: The file cannot be read, rows are faulty, name places by coordinates, several days or an interval
            twice; every fault is named.
    """
    read = read_count_rows(path, _OURS)
    faults = [*read.faults]
    counts: dict[tuple[str, str, float, float, str], Count] = {}
    for row in read.rows:
        key = (row.spot.link, row.spot.onto, row.when.begin_s, row.when.end_s, row.kind)
        if row.spot.lat is not None or row.vehicles is None or key in counts:
            rule = "a checked table has one figure per link or movement, interval and class"
            faults.append(Fault(rule, "make one by `congestion-lab demand counts`", str(path), row.line))
        else:
            counts[key] = Count(*key, row.vehicles)
    if faults:
        raise DemandError(*faults)
    return tuple(counts.values())


def _write(target: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(target, _BYTE_ORDER_MARK + stream.getvalue())


def _cells(one: DayCount) -> Sequence[str]:
    count = one.count
    link, onto = shielded(count.link), shielded(count.onto)
    places = ("", link, onto) if count.onto else (link, "", "")
    times = (clock_from_seconds(count.begin_s), clock_from_seconds(count.end_s))
    spread = "" if one.sd is None else f"{one.sd:.6g}"
    return (*places, *times, shielded(count.kind), _figure(count.vehicles), str(one.days), spread)


def _finding_cells(one: Finding) -> Sequence[str]:
    lines = " ".join(map(str, dict.fromkeys(one.lines)))
    words = map(inert, (one.place, one.when, one.message))
    return (one.severity.value, one.rule, *words, one.treatment.value, str(len(one.numbers) or len(one.lines)), lines)


def _figure(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
