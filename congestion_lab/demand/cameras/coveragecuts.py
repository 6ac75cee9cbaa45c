"""Covering as much as possible with few sites: an integer program over sites alone, with cuts where it is too hopeful.

What a choice x of sites covers is the sum over groups of `gain · min(1, sites of the group in x)`. It is concave, so
at any point the groups covered there count in full and the others by their sites: a plane that lies above it
everywhere (Benders cuts as of Cordeau, Furini & Ljubić 2019, "Benders decomposition for very large scale partial set
covering and maximal covering location problems"). The program holds a variable per site and a few sums, where the
plain one would hold one per group: thousands. Solved by HiGHS; what it finds is improved by exchanging sites.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

_PARTS = 10  # sums that are cut apart: more make cuts sharper and programs larger
_MEETS = 1e-5  # relative; where the program and what its choice covers are one
_COVERED = 1e-9
_SOLVED = 0  # as scipy numbers the ends of HiGHS
_LEAST_S = 0.05  # time that HiGHS gets at least: it does not stop at 0


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Groups that are covered by any of their sites.

    Attributes:
        gain: What each group is worth, shape (groups,).
        seen: Which sites cover it, 0 or 1, shape (groups, sites).
    """

    gain: Floats
    seen: csr_array

    def covered(self, chosen: Floats) -> float:
        """Return what a choice of sites covers; parts of sites cover parts of groups."""
        return float(self.gain @ np.minimum(1.0, self.seen @ chosen))


@dataclass(slots=True)
class Cuts:
    """Planes above what choices cover; they hold for any number of sites.

    Attributes:
        rows: Coefficients of sites and sums, which together stay below `limits`.
        limits: Constants of the planes.
    """

    rows: list[Floats] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def add(self, coverage: Coverage, at: Floats) -> None:
        """Add the planes that touch at a choice."""
        groups, sites = coverage.seen.shape
        is_covered = coverage.seen @ at >= 1 - _COVERED
        part = np.arange(groups) % _PARTS
        for number in range(_PARTS):
            is_open = (part == number) & ~is_covered
            row = np.zeros(sites + _PARTS)
            row[:sites] = -(coverage.seen.T @ np.where(is_open, coverage.gain, 0.0))
            row[sites + number] = 1.0
            self.rows.append(row)
            self.limits.append(float(coverage.gain[(part == number) & is_covered].sum()))


def best_cover(
    coverage: Coverage, start: Sequence[int], cuts: Cuts, time_limit_s: float
) -> tuple[tuple[int, ...], float]:
    """Return at most so many sites that cover most, and what no such choice covers more than.

    Args:
        coverage: Sites and groups.
        start: A choice of as many sites as may be chosen, to begin with.
        cuts: Planes of earlier calls, which speed this one up; new ones are added.
        time_limit_s: After it, the best choice found so far is returned.
    """
    number = len(start)
    until = time.monotonic() + time_limit_s
    bound = float(coverage.gain.sum())
    best = _better(coverage, _flags(coverage, start))
    for whole in (False, True):  # cuts at fractions first: finding them takes milliseconds
        while (left_s := until - time.monotonic()) > 0:
            done = _solved(coverage, number, cuts, left_s, whole=whole)
            if done.x is None or not (whole or done.status == _SOLVED):
                break  # what is not solved bounds nothing
            bound = min(bound, -float(done.mip_dual_bound if whole else done.fun))
            chosen = np.asarray(done.x[: coverage.seen.shape[1]])
            if whole:
                chosen = np.round(chosen)
                best = max(best, _better(coverage, chosen))
            if bound - (best[0] if whole else coverage.covered(chosen)) <= _MEETS * bound:
                break
            cuts.add(coverage, chosen)
    return best[1], bound


def _flags(coverage: Coverage, chosen: Sequence[int]) -> Floats:
    flags = np.zeros(coverage.seen.shape[1])
    flags[list(chosen)] = 1.0
    return flags


def _better(coverage: Coverage, chosen: Floats) -> tuple[float, tuple[int, ...]]:
    """Return what a choice covers and its sites, after exchanging one site at a time as long as that helps."""
    chosen, covers = chosen.copy(), coverage.covered(chosen)
    exchanged = True
    while exchanged:
        exchanged = False
        for site in np.flatnonzero(chosen):
            chosen[site] = 0.0
            left = np.where(coverage.seen @ chosen < 1 - _COVERED, coverage.gain, 0.0)
            gains = np.where(chosen == 0, coverage.seen.T @ left, -1.0)
            other = int(np.argmax(gains))
            covers_then = coverage.covered(chosen) + gains[other]
            exchange = covers_then > covers * (1 + _MEETS / 10)
            chosen[other if exchange else site] = 1.0
            if exchange:
                exchanged, covers = True, covers_then
    return covers, tuple(np.flatnonzero(chosen).tolist())


def _solved(coverage: Coverage, number: int, cuts: Cuts, left_s: float, *, whole: bool) -> OptimizeResult:
    """Return how the program ended that maximises the sums below all planes."""
    groups, sites = coverage.seen.shape
    part = np.arange(groups) % _PARTS
    most = [float(coverage.gain[part == each].sum()) for each in range(_PARTS)]
    at_most = np.concatenate((np.ones(sites), np.zeros(_PARTS)))[None, :]
    constraints = [LinearConstraint(at_most, ub=float(number))]
    if cuts.rows:
        constraints.append(LinearConstraint(csr_array(np.array(cuts.rows)), ub=np.array(cuts.limits)))
    return milp(
        np.concatenate((np.zeros(sites), -np.ones(_PARTS))),
        integrality=np.concatenate((np.full(sites, int(whole)), np.zeros(_PARTS, int))),
        bounds=Bounds(0, np.concatenate((np.ones(sites), most))),
        constraints=constraints,
        options={"time_limit": max(left_s, _LEAST_S), "mip_rel_gap": _MEETS / 10},
    )
