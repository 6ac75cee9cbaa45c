"""`congestion-lab demand counts`: a count table checked, matched and brought to one day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.demand.tableinput import (
    day_type_option,
    leave_out_option,
    mapping_of,
    mapping_option,
    refuse_faulty,
    tolerance_option,
)
from congestion_lab.cli.options import (
    example,
    file_for_results,
    json_option,
    out_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from congestion_lab.demand.counts.countfindings import Finding
    from congestion_lab.demand.counts.countmatching import Place, RoadMap
    from congestion_lab.demand.counts.countmeans import DayCount
    from congestion_lab.demand.counts.countreview import Review
    from congestion_lab.demand.counts.countrows import CountRows
    from congestion_lab.demand.counts.rowplaces import Spot
    from congestion_lab.demand.counts.tablemapping import TableMapping

_SHOWN = 40  # findings that a terminal shows; the file beside the result has all
_DATE = click.DateTime(["%Y-%m-%d"])


@click.command(
    epilog=example("demand counts counts.xlsx --network networks/damascus --mapping vendor.yaml -o counts.csv")
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--network",
    "net",
    metavar="FOLDER|NET",
    required=True,
    type=click.Path(path_type=Path),
    help="Where it was counted.",
)
@click.option("--variant", help="Variant of the folder, e.g. before-2025. Default: the network as it is.")
@mapping_option
@day_type_option("averaged")
@click.option(
    "--date",
    "only",
    type=_DATE,
    multiple=True,
    help="This day (2026-03-01) and no other, whatever its type; may be given several times.",
)
@click.option(
    "--leave-out-day", "without", type=_DATE, multiple=True, help="Never this day; may be given several times."
)
@click.option(
    "--average",
    type=click.Choice(["median", "mean"]),
    default="median",
    show_default=True,
    help="Middle of several days: the median resists a day with an accident, the mean keeps sums equal.",
)
@click.option(
    "--keep",
    type=click.Choice(["impossible", "stuck", "silent"]),
    multiple=True,
    help="Use figures that this check would leave out; may be given several times.",
)
@leave_out_option
@tolerance_option
@out_option("Count table to write; what was found goes to <name>-findings.csv beside it. Default: nothing is written.")
@json_option
@verbosity_options
def counts(
    table: Path,
    *,
    net: Path,
    variant: str | None,
    mapping_file: Path | None,
    day_type: str,
    only: tuple[datetime, ...],
    without: tuple[datetime, ...],
    average: str,
    keep: tuple[str, ...],
    leave_out: bool,
    tolerance_m: float,
    out: Path | None,
    as_json: bool,
) -> int:
    """Check the counts of TABLE, match them to links, average days.

    TABLE is CSV or XLSX. Every finding is named, and what was done with its figures. docs/count-tables.md describes the
    table, the mapping file and the findings. Exit code 3 if rows cannot be read or placed, and nothing is written then.
    """
    from congestion_lab.demand.counts.countmeans import day_counts
    from congestion_lab.demand.counts.countreview import Days, of_days, placed, ranked, reading_findings, reviewed
    from congestion_lab.demand.counts.counttable import write_counts, write_findings

    for target in () if out is None else (out, _findings_file(out)):
        file_for_results(target, table, mapping_file, net)
    mapping = mapping_of(mapping_file)
    with progress() as bars:
        bars.add_task(f"reading {table}", total=None)
        read, roads = _read(table, mapping, net, variant)
        places, refused = _matched(read, roads, tolerance_m)
        if not leave_out:
            refuse_faulty(read.rows, read.faults, refused, table)
        days = Days(day_type, _days(only), _days(without))
        used, other_days = of_days(placed(read.rows, places), days, mapping.time)
        review = reviewed(used, roads, keep=keep)
        findings = ranked((*review.findings, *reading_findings(read, refused), *other_days))
        means = day_counts(review.kept, average=average)
    _require_some(means, table, findings, day_type)
    findings_file = None if out is None else _findings_file(out)
    if out is not None and findings_file is not None:
        write_counts(out, means)
        write_findings(findings_file, findings)
    told = _summary(read, review, means, average)
    if as_json:
        say_json(_as_json(told, findings, out, findings_file))
    else:
        _say(told, findings, out, findings_file)
    return Exit.OK


def _read(table: Path, mapping: "TableMapping", net: Path, variant: str | None) -> "tuple[CountRows, RoadMap]":
    from congestion_lab.demand.counts.countrows import read_count_rows
    from congestion_lab.sumo.building.networkbuild import net_of
    from congestion_lab.sumo.nets.countnet import road_map
    from congestion_lab.sumo.nets.netfile import read_network

    return read_count_rows(table, mapping), road_map(read_network(net_of(net, variant)))


def _matched(read: "CountRows", roads: "RoadMap", tolerance_m: float) -> "tuple[dict[Spot, Place], dict[Spot, str]]":
    from congestion_lab.demand.counts.countmatching import matched

    return matched((row.spot for row in read.rows), roads, tolerance_m=tolerance_m)


def _require_some(means: "Sequence[DayCount]", table: Path, findings: "Sequence[Finding]", day_type: str) -> None:
    from congestion_lab.core.errors import DemandError, Fault

    if not means:
        rules = ", ".join(f"{count} × {rule}" for rule, count in Counter(one.rule for one in findings).items())
        rule = f"no figure is left of the days asked for ({day_type}); found: {rules or 'nothing'}"
        raise DemandError(Fault(rule, "try `--day-type any`; `--keep` and the mapping say what is used", str(table)))


def _days(given: tuple[datetime, ...]) -> tuple[date, ...]:
    return tuple(one.date() for one in given)


def _findings_file(out: Path) -> Path:
    return out.with_name(f"{out.stem}-findings.csv")


def _summary(read: "CountRows", review: "Review", means: "Sequence[DayCount]", average: str) -> dict[str, Any]:
    days = {row.when.date for row in review.kept}
    return {
        "figures": len(read.rows) + len(read.faults),
        "used": len(review.kept),
        "places": len({(one.count.link, one.count.onto) for one in means}),
        "days": sorted(day.isoformat() for day in days if day is not None),
        "average": average if len(days) > 1 else "single day",
        "counts": len(means),
        "vehicles": sum(one.count.vehicles for one in means),
    }


def _as_json(
    told: dict[str, Any],
    findings: "Sequence[Finding]",
    out: Path | None,
    findings_file: Path | None,
) -> dict[str, Any]:
    return {
        **told,
        "table": None if out is None else str(out),
        "findings_table": None if findings_file is None else str(findings_file),
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity.value,
                "place": one.place,
                "when": one.when,
                "message": one.message,
                "treatment": one.treatment.value,
                "lines": list(one.lines),
            }
            for one in findings
        ],
    }


def _say(told: dict[str, Any], findings: "Sequence[Finding]", out: Path | None, findings_file: Path | None) -> None:
    for one in findings[:_SHOWN]:
        place = " ".join(filter(None, (one.place, one.when))) or "table"
        say(f"{one.severity.value:<8} {one.rule:<14} {place}: {one.message} [{one.treatment.value}]")
    if len(findings) > _SHOWN:
        where = f"all are in {findings_file}" if findings_file else "`-o` or `--json` names them all"
        rules = Counter(one.rule for one in findings[_SHOWN:])
        more = ", ".join(f"{count} × {rule}" for rule, count in rules.items())
        say(f"… and {len(findings) - _SHOWN} more ({more}); {where}")
    days = f"{len(told['days'])} days, {told['average']}" if told["days"] else "no dates"
    say(
        f"{told['used']} of {told['figures']} figures used: {told['counts']} counts at {told['places']} places ({days})"
    )
    if out is not None:
        say(f"counts: {out}")
        say(f"findings: {findings_file}")
