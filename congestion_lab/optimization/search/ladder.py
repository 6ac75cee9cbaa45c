"""The ladder: formulas, then thousands of plans on the fast engine, then the few best of them in SUMO, and again.

After every field that SUMO ran, the fast engine learns from it: its parameters are fitted anew, and what they leave
unexplained becomes a correction (`surrogate`). The next plans are sought with both. Among plans that the fast engine
cannot tell apart, SUMO gets those farthest from all that it has seen: there the fast engine is least to be trusted.
Where it ranks plans hardly better than chance, the rest of the budget goes to small steps judged by SUMO alone.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.search.agreement import measured
from congestion_lab.optimization.search.budget import Clock, Cut
from congestion_lab.optimization.search.candidates import LEFT_TO_TRAFFIC
from congestion_lab.optimization.search.discrepancy import Floats
from congestion_lab.optimization.search.fastmodel import Observed
from congestion_lab.optimization.search.finalists import distinct, finalists
from congestion_lab.optimization.search.levels import FAST, FORMULAS, SUMO, Climb, Spending
from congestion_lab.optimization.search.race import Entrant, Race
from congestion_lab.optimization.search.screening import Screen, explore
from congestion_lab.optimization.search.sumosearch import refine
from congestion_lab.optimization.search.surrogate import Judged, Place, Surrogate
from congestion_lab.optimization.search.winner import in_line
from congestion_lab.signals.plan import Control, PlanSet

_FORMULAS_TRIED = 2  # plans of the formulas that SUMO runs, the best by the fast engine
FIRST_FIELD, _FIELD = 4, 3  # plans that SUMO races at a time
_FIRST_SIGMA, _SIGMA = 0.12, 0.06  # first steps of CMA-ES: across the space, and around what is known to be good
_STARTS = 3
_PLANS_PER_COORDINATE, _LEAST_PLANS, _MOST_PLANS = 150, 3000, 12000  # of the first round
_LATER_SHARE = 0.35  # of that in the rounds that follow
_MOST_WORK, _LEAST_AT_WORK = 4e8, 1000  # links driven over by all vehicles of the plans of a round; or so many plans
_JUDGED_AGAIN, _LOOKED_AT = 16, 1000  # of the best plans of a round
_CALIBRATED_ON = 6  # runs: each costs as much as a dozen plans
_TIME_SHARE = 0.35  # of the time left that a round may spend on the fast engine, where time is bounded
_TRUSTED = 0.3  # rank correlation below which the fast engine is of no use
_JUDGED_FROM, _DOUBTFUL_ROUNDS = 8, 2  # plans, and rounds without a better one: fewer say little about that
_FRUITLESS_ROUNDS = 3  # in a row without a better plan: nothing more is to be expected


@dataclass
class Ladder:
    """A search over all levels. Mutable: it learns.

    Attributes:
        spending: What the levels take and give; holds the race in which the present plans have run.
        surrogate: What the search expects SUMO to say.
        observed: Gives all runs of SUMO so far.
        seed: Seed of the search.
        clock: Time left.
        cuts: Where time cut the searches on the fast engine when they were first made (see `budget`); grows with them.
        on_cut: Told of that list when it has grown.
        tell: Hears of the fast engine's work: plans judged and plans to be judged in this round.
        remark: Hears what has been found out.
    """

    spending: Spending
    surrogate: Surrogate
    observed: Callable[[], Sequence[Observed]]
    seed: int
    clock: Clock = field(default_factory=Clock)
    cuts: list[int] = field(default_factory=list)
    on_cut: Callable[[Sequence[int]], None] = lambda _cuts: None
    tell: Callable[[int, int], None] = lambda _judged, _allowed: None
    remark: Callable[[str], None] = lambda _text: None
    _pool: list[Judged] = field(default_factory=list)
    _searches: int = 0
    _learnt_from: int = 0

    @property
    def race(self) -> Race:
        """SUMO's judgement."""
        return self.spending.race

    def climb(self, formulas: Sequence[Entrant]) -> Climb:
        """Spend the race's budget, or stop where nothing more is to be expected.

        Args:
            formulas: Plans that need no search.
        """
        if not self._budget_end():
            self._try_formulas(formulas)
        end = self._climbed()
        with self.spending.on(SUMO):
            line = in_line(self.race, self.surrogate)
        levels = tuple(self.spending.levels.values())
        return Climb(line, levels, self.surrogate.agreement, self.surrogate.correction.kind, end)

    def _climbed(self) -> str:
        """Climb round by round, and return why that ended."""
        fruitless = 0
        for number in itertools.count():
            if end := self._budget_end():
                return end
            if fruitless >= _DOUBTFUL_ROUNDS and self._is_misled():
                self._step_by_step()
                return "the fast engine ranks plans hardly better than chance here, so SUMO judged small steps instead"
            if fruitless >= _FRUITLESS_ROUNDS:
                return f"{fruitless} rounds in a row found no better plan, so nothing more is to be expected"
            before = self.race.incumbent
            if not self._round(number):
                return "the fast engine has no further plan to propose"
            fruitless = 0 if self.race.incumbent is not before else fruitless + 1
        raise AssertionError("unreachable")

    def _try_formulas(self, formulas: Sequence[Entrant]) -> None:
        """Let SUMO run the plans of the formulas that look best to the fast engine, and those left to the traffic.

        These are what a controller does that nobody has timed: whatever is proposed must be held against them.
        """
        with self.spending.on(FORMULAS):
            self._learn()
            self._pool = self._screened([entrant.plans for entrant in formulas])
            wanted = [one.plans for one in self._pool[:_FORMULAS_TRIED]]
            tried = [one for one in formulas if one.plans in wanted or one.origin == LEFT_TO_TRAFFIC]
            self.race.try_all(tried)
            self._learn()
        self.spending.judged(FORMULAS, len(formulas) - len(tried))
        self.spending.gave(FORMULAS)

    def _budget_end(self) -> str:
        """Return which budget is used up; nothing while both last."""
        if self.race.runs_left < len(self.race.seeds):
            return "the simulations are used up"
        return self.clock.reason if self.clock.is_over(len(self.race.candidates)) else ""

    def _is_misled(self) -> bool:
        agreed = self.surrogate.agreement
        return agreed.plans >= _JUDGED_FROM and (agreed.rank_correlation or 0.0) < _TRUSTED

    def _step_by_step(self) -> None:
        with self.spending.on(SUMO):
            space = self.surrogate.spaces[self._incumbent_place().home]
            refine(self.race, space, seed=self.seed, goes_on=lambda: not self.clock.is_over(len(self.race.candidates)))
            self._learn()
        self.spending.gave(SUMO)

    def _round(self, number: int) -> bool:
        """Seek plans on the fast engine and let SUMO judge the most telling ones; return whether there were any."""
        with self.spending.on(FAST):
            found = self._sought(number)
        with self.spending.on(SUMO):
            origin = f"fast engine, round {number + 1}"
            self.race.try_all([Entrant(one.plans, origin, one.place.point) for one in found])
            self._learn()
        self.spending.gave(*([SUMO] if number else [FAST, SUMO]))
        return bool(found)

    def _sought(self, number: int) -> list[Judged]:
        """Seek plans from each group of starts; return those that SUMO should judge, the best of each group first."""
        groups = self._groups(number)
        allowed = self._allowance(number)
        tried = {candidate.entrant.plans for candidate in self.race.candidates}
        picked: list[list[Judged]] = []
        judged = 0
        for place, starts in enumerate(groups):
            cut = self._cut(_TIME_SHARE / len(groups))
            screen = Screen(self.surrogate, allowed, self._told(cut, judged, allowed * len(groups)))
            own = derived_seed(self.seed, "round", number, *([place] if place else []))
            explore(screen, starts, sigma=_SIGMA if number else _FIRST_SIGMA, seed=own, first=number == 0)
            judged += len(screen.archive)
            self._keep(cut)
            fresh = [one for one in screen.ranked()[:_LOOKED_AT] if one.plans not in tried]
            rows = distinct(self._coordinates(fresh), _JUDGED_AGAIN // len(groups))
            picked.append([fresh[row] for row in rows])
        self.spending.judged(FAST, judged)
        again = [self.surrogate.judged_again(group) for group in picked]
        self._pool = sorted(itertools.chain(*again), key=lambda one: one.expected_s)
        firsts = [group[0] for group in again if group] if len(groups) > 1 else []
        others = [one for one in self._finalists(_FIELD if number else FIRST_FIELD) if one not in firsts]
        return [*firsts, *others][: _FIELD if number else FIRST_FIELD]

    def _groups(self, number: int) -> list[list[Place]]:
        """Return where a round begins: the first with every mixture of controls for itself, the others with the best.

        The fast engine may favour a mixture wrongly, and the best of one is no start for another.
        """
        starts = self._starts()
        if number:
            return [starts[:_STARTS]]
        groups: dict[tuple[Control, ...], list[Place]] = {}
        for start in starts:
            controls = tuple(plan.control for plan in self.surrogate.spaces[start.home].decode(start.point))
            groups.setdefault(controls, []).append(start)
        return [group[:_STARTS] for group in groups.values()]

    def _cut(self, share: float) -> Cut:
        return Cut(self.clock, share, self.cuts[self._searches] if self._searches < len(self.cuts) else None)

    def _keep(self, cut: Cut) -> None:
        self.cuts[self._searches : self._searches + 1] = [cut.cut_after]
        self.on_cut(self.cuts)
        self._searches += 1

    def _told(self, cut: Cut, before: int, allowed: int) -> Callable[[int], bool]:
        def goes_on(judged: int) -> bool:
            self.tell(before + judged, allowed)
            return cut.goes_on()

        return goes_on

    def _allowance(self, number: int) -> int:
        """Return how many plans a round may judge; no matter how fast the machine is."""
        wanted = min(_MOST_PLANS, max(_LEAST_PLANS, _PLANS_PER_COORDINATE * self.surrogate.spaces[0].dimension))
        affordable = max(_LEAST_AT_WORK, _MOST_WORK / max(1, self.surrogate.fast.vehicle_links))
        return round(min(wanted, affordable) * (_LATER_SHARE if number else 1.0))

    def _finalists(self, count: int) -> list[Judged]:
        if not self._pool:
            return []
        expected_s = np.array([one.expected_s for one in self._pool])
        known = self.surrogate.coordinates([self.surrogate.place_of(one.entrant.plans) for one in self.race.candidates])
        error = self.surrogate.correction.error
        rows = finalists(expected_s, self._coordinates(self._pool), known, count, error=error)
        return [self._pool[row] for row in rows]

    def _starts(self) -> list[Place]:
        """Return where a round begins: at the best plan in SUMO, and at the best others as they are seen now.

        Among these the best of each mixture of controls comes first: the fast engine may favour one of them wrongly.
        """
        others = self._screened([one.plans for one in self._pool])
        firsts: dict[tuple[Control, ...], Judged] = {}
        for one in others:
            firsts.setdefault(tuple(plan.control for plan in one.plans), one)
        ordered = {one.plans: one.place for one in (*firsts.values(), *others)}
        return [self._incumbent_place(), *ordered.values()]

    def _screened(self, plans: Sequence[PlanSet]) -> list[Judged]:
        found = [self.surrogate.place_of(one) for one in plans]
        return sorted(self.surrogate.screened(plans, found), key=lambda one: one.expected_s)

    def _incumbent_place(self) -> Place:
        return self.surrogate.place_of(self.race.best(1)[0].entrant.plans)

    def _coordinates(self, judged: Sequence[Judged]) -> Floats:
        return self.surrogate.coordinates([one.place for one in judged])

    def _telling(self) -> list[Observed]:
        """Return the runs to calibrate on: one of the present plans and one of each of the best others."""
        run_of: dict[PlanSet, Observed] = {}
        for run in self.observed():
            run_of.setdefault(run[0], run)
        present, *others = self.race.candidates
        ranked = [present, *sorted(others, key=lambda one: one.score)]
        return [run_of[one.entrant.plans] for one in ranked if one.entrant.plans in run_of][:_CALIBRATED_ON]

    def _learn(self) -> None:
        if len(self.race.candidates) == self._learnt_from:
            return  # nothing new: whoever replays the search learns the same
        self._learnt_from = len(self.race.candidates)
        self.surrogate = self.surrogate.learnt(measured(self.race.candidates), self._telling())
        agreed = self.surrogate.agreement
        if agreed.rank_correlation is not None:
            self.remark(
                f"rank correlation of the fast engine with SUMO over {agreed.plans} plans: "
                f"{agreed.rank_correlation:.2f}; SUMO sees {agreed.ratio:.2f} times its delay"
            )
