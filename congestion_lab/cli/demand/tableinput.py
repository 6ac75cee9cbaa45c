"""What commands that read tables of others share: options, the mapping, and the refusal of what cannot be used."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from congestion_lab.cli.options import FiniteRange

if TYPE_CHECKING:
    from congestion_lab.core.errors import Fault
    from congestion_lab.demand.counts.countrows import CountRow
    from congestion_lab.demand.counts.rowplaces import Spot
    from congestion_lab.demand.counts.speedrows import SpeedRow
    from congestion_lab.demand.counts.tablemapping import TableMapping

F = TypeVar("F", bound=Callable[..., Any])
_MOST_NAMED = 200  # faults of a table that is refused


def mapping_option(function: F) -> F:
    """`--mapping FILE`: what the columns of a table mean."""
    text = "What the table's columns mean (YAML)."
    return click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help=text)(function)


def day_type_option(done: str) -> Callable[[F], F]:
    """`--day-type`: the days of a table that something is done with."""
    text = f"Days that are {done}; weekend and holidays are named in the mapping."
    kinds = click.Choice(["workday", "weekend", "any"])
    return click.option("--day-type", type=kinds, default="workday", show_default=True, help=text)


def leave_out_option(function: F) -> F:
    """`--leave-out`: faulty rows are listed instead of refused."""
    text = "Leave out rows that cannot be read or placed, instead of refusing."
    return click.option("--leave-out", is_flag=True, help=text)(function)


def tolerance_option(function: F) -> F:
    """`--tolerance-m METRES`: how far a point may lie from its link."""
    text = "Farthest link of a point."
    return click.option("--tolerance-m", type=FiniteRange(1, 500), default=30, show_default=True, help=text)(function)


def mapping_of(path: Path | None) -> "TableMapping":
    """Return the mapping of a file; without one, that of a table as documented."""
    from congestion_lab.demand.counts.tablemapping import TableMapping, read_mapping

    return TableMapping() if path is None else read_mapping(path)


def refuse_faulty(
    rows: "Sequence[CountRow] | Sequence[SpeedRow]", faults: "Sequence[Fault]", refused: "dict[Spot, str]", table: Path
) -> None:
    """Make sure that everything can be read and placed, for a command that has `--leave-out`.

    Raises:
        DemandError: With every row that cannot be read, and every place that is not found, at its first line.
    """
    from congestion_lab.core.errors import DemandError, Fault

    first: dict[object, int] = {}
    for row in rows:
        first.setdefault(row.spot, row.line)
    hint = "mend it, map it (`places` of a mapping file), or leave such rows out (`--leave-out`)"
    unplaced = [Fault(f"{spot.name}: {why}", hint, str(table), first[spot]) for spot, why in refused.items()]
    unread = [replace(one, hint=f"{one.hint}, or leave it out (`--leave-out`)") for one in faults]
    every = sorted((*unread, *unplaced), key=lambda fault: fault.line or 0)
    if len(every) > _MOST_NAMED:
        rest = Fault(f"{len(every) - _MOST_NAMED} more faults", "`--leave-out` lists them all", str(table))
        raise DemandError(*every[:_MOST_NAMED], rest)
    if every:
        raise DemandError(*every)
