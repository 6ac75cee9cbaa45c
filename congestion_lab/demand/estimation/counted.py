"""Counts that a scenario can be fitted to: those that it has links, classes and time for, some held out."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.seeds import derived_seed
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.cells import Floats

_NAMED = 5  # links, classes or times of one kind of fault that are named one by one


@dataclass(frozen=True, slots=True)
class Site:
    """What a scenario has for counts.

    Attributes:
        links: Its links.
        kinds: Its vehicle classes.
        begin_s: Begin of the analysed period: before it the network fills.
        end_s: End of the simulation.
    """

    links: frozenset[str]
    kinds: frozenset[str]
    begin_s: float
    end_s: float


def usable(counts: Sequence[Count], site: Site, source: str, *, only_inside: bool) -> tuple[Count, ...]:
    """Return the counts that a scenario can be fitted to.

    Args:
        counts: All counts.
        site: What the scenario has.
        source: Where the counts come from, for faults.
        only_inside: Whether counts that the scenario has no link or time for are left out rather than refused, because
            the table covers more than the scenario.

    Raises:
        DemandError: Counts lie outside the scenario, or none is left; every reason is named.
    """
    found = [one for one in counts if _has_links(one, site) and _in_time(one, site)]
    faults = [] if only_inside else [*_outside(counts, site, source)]
    faults += _unknown_kinds(found, site, source)
    if not found and not faults:
        hint = f"its analysed period is {_period(site)}; are the ids those of its links?"
        faults.append(Fault("no count is left: none lies on the scenario's links and in its period", hint, source))
    if faults:
        raise DemandError(*faults)
    return tuple(found)


def hold_out(counts: Sequence[Count], share: float, seed: int) -> tuple[tuple[Count, ...], tuple[Count, ...]]:
    """Return the counts to fit to and those held out: whole links, drawn by a seed.

    Raises:
        DemandError: Nothing would be left to fit to, or nothing held out.
    """
    links = sorted({one.link for one in counts})
    number = round(share * len(links))
    if share > 0 and not 0 < number < len(links):
        rule = f"{share:g} of {len(links)} counted links leaves {len(links) - number} to fit to and holds out {number}"
        raise DemandError(Fault(rule, "count more links, or choose another share", key="--hold-out"))
    drawn = np.random.default_rng(derived_seed(seed, "held-out links")).permutation(len(links))[:number]
    held = {links[index] for index in drawn}
    return tuple(one for one in counts if one.link not in held), tuple(one for one in counts if one.link in held)


def volumes(counts: Sequence[Count]) -> Floats:
    """Return the numbers counted."""
    return np.array([one.vehicles for one in counts], dtype=np.float64)


def lengths_s(counts: Sequence[Count]) -> Floats:
    """Return the lengths of the intervals."""
    return np.array([one.end_s - one.begin_s for one in counts], dtype=np.float64)


def _has_links(count: Count, site: Site) -> bool:
    return count.link in site.links and (not count.onto or count.onto in site.links)


def _in_time(count: Count, site: Site) -> bool:
    return site.begin_s <= count.begin_s < count.end_s <= site.end_s


def _period(site: Site) -> str:
    return f"{clock_from_seconds(site.begin_s)} to {clock_from_seconds(site.end_s)}"


def _outside(counts: Sequence[Count], site: Site, source: str) -> Iterator[Fault]:
    hint = "correct them, or leave out what lies outside with `--only-inside`"
    names = dict.fromkeys(name for one in counts for name in (one.link, one.onto) if name and name not in site.links)
    yield from _named((f"the scenario has no link {name!r}" for name in names), hint, source, "link_id")
    late = dict.fromkeys((one.begin_s, one.end_s) for one in counts if not _in_time(one, site))
    rules = (
        f"counted from {clock_from_seconds(begin_s)} to {clock_from_seconds(end_s)}, which is not within the analysed"
        f" period {_period(site)}"
        for begin_s, end_s in late
    )
    yield from _named(rules, hint, source, "begin")


def _unknown_kinds(counts: Collection[Count], site: Site, source: str) -> Iterator[Fault]:
    names = dict.fromkeys(one.kind for one in counts if one.kind and one.kind not in site.kinds)
    hint = f"the demand's classes are {', '.join(sorted(site.kinds))}; leave `class` empty for all together"
    yield from _named((f"the demand has no class {name!r}" for name in names), hint, source, "class")


def _named(rules: Iterator[str], hint: str, source: str, key: str) -> Iterator[Fault]:
    found = list(rules)
    yield from (Fault(rule, hint, source, key=key) for rule in found[:_NAMED])
    if len(found) > _NAMED:
        yield Fault(f"{len(found) - _NAMED} more like these", hint, source, key=key)
