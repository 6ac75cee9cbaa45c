from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.countfindings import Finding, Severity, Treatment
from congestion_lab.demand.counts.countmeans import DayCount
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.counttable import read_counts, write_counts, write_findings


def test_counts_come_back_as_they_were(tmp_path: Path) -> None:
    counts = (
        Count("-17#1", "=cmd()", 27000.0, 27900.0, "", 1 / 3),
        Count("'a", "", 85500.0, 87300.0, "<b>car</b>", 1200.0),
        Count("شارع,بغداد", "", 0.0, 900.0, "@car", 0.0),
    )
    target = tmp_path / "counts.csv"
    write_counts(target, [DayCount(count, 3, 1.5) for count in counts])
    assert read_counts(target) == counts
    cells = [cell for line in target.read_text(encoding="utf-8-sig").splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_tables_that_need_checks_are_not_taken_for_checked(tmp_path: Path) -> None:
    table = tmp_path / "counts.csv"
    table.write_text("link_id,begin,end,vehicles\nw,07:30,07:45,3\nw,07:30,07:45,4\nw,07:45,08:00,\nw,08:00,09:00,x\n")
    with pytest.raises(DemandError) as caught:
        read_counts(table)
    assert sorted(fault.line or 0 for fault in caught.value.faults) == [3, 4, 5]


def test_findings_are_inert_in_spreadsheets(tmp_path: Path) -> None:
    target = tmp_path / "findings.csv"
    write_findings(
        target,
        [Finding("gap", Severity.ERROR, "=HYPERLINK(1)", "", "a\nb", Treatment.LEFT_OUT, (3, 3, 4), (1, 2, 3))],
    )
    assert target.read_text(encoding="utf-8-sig").splitlines()[1] == "error,gap,'=HYPERLINK(1),,a b,left out,3,3 4"
