import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from congestion_lab.demand.counts.countfindings import Counted, Finding, Severity, Treatment
from congestion_lab.demand.counts.countmatching import Place
from congestion_lab.demand.counts.countmeans import day_counts
from congestion_lab.demand.counts.countreview import ANY_DAY, WEEKEND, Days, of_days, reviewed
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.rowplaces import Interval
from congestion_lab.demand.counts.tablemapping import Times
from tests.countroads import MOVEMENTS, ROADS

_SUNDAY = dt.date(2026, 3, 1)
_QUARTER_S = 900
Shape = Callable[[float], float]


def _day(
    place: Place | str,
    figures: Sequence[float | None],
    *,
    begin_h: float = 6,
    day: int = 0,
    kind: str = "",
    first: int = 0,
) -> list[Counted]:
    where = place if isinstance(place, Place) else Place(place)
    date = _SUNDAY + dt.timedelta(days=day)
    begins = [begin_h * 3600 + _QUARTER_S * n for n in range(len(figures))]
    return [
        Counted(first + n, first + n + 2, where, Interval(date, begin, begin + _QUARTER_S), kind, figure)
        for n, (begin, figure) in enumerate(zip(begins, figures, strict=True))
    ]


def _numbered(*groups: Sequence[Counted]) -> list[Counted]:
    rows = [row for group in groups for row in group]
    return [Counted(n, n + 2, row.place, row.when, row.kind, row.vehicles) for n, row in enumerate(rows)]


def _rules(rows: Sequence[Counted]) -> list[str]:
    return [one.rule for one in reviewed(rows, ROADS).findings]


def _only(rows: Sequence[Counted], rule: str) -> Finding:
    (found,) = [one for one in reviewed(rows, ROADS).findings if one.rule == rule]
    return found


def _random(shape: Shape, seed: int, *, begin_h: float = 6, end_h: float = 20) -> list[float]:
    rng = np.random.default_rng(seed)
    times = np.arange(begin_h, end_h, 0.25)
    return [float(rng.poisson(shape(time))) for time in times]


def _peaks(hour: float) -> float:
    return float(20 + 100 * np.exp(-((hour - 8) ** 2) / 2) + 80 * np.exp(-((hour - 16) ** 2) / 3))


def test_counts_of_a_quiet_survey_have_no_findings() -> None:
    rows = _numbered(*(_day("w", _random(_peaks, seed), day=seed) for seed in range(5)))
    assert _rules(rows) == []


def test_a_gap_inside_a_day_and_one_against_other_days() -> None:
    figures = [30, 41, 28, 35, 44, 31, 39, 27]
    whole, holed, short = _day("w", figures), _day("w", figures[::-1], day=1), _day("w", figures[:6], day=2)
    found = reviewed(_numbered(whole, holed[:2] + holed[4:], short), ROADS).findings
    assert [(one.rule, one.when, one.message) for one in found] == [
        ("gap", "2026-03-02 06:30–07:00", "intervals without a row: 2"),
        ("gap", "2026-03-03 07:30–08:00", "intervals without a row: 2"),
    ]


def test_a_gap_of_a_single_day() -> None:
    rows = _day("w", [30, 41, 28, 35, 44])
    assert _only([rows[0], rows[1], rows[4]], "gap").when == "2026-03-01 06:30–07:00"


def test_longer_intervals_leave_no_gap() -> None:
    rows = _day("w", [30, 41, 28, 35, 44, 50, 61, 39])
    hour = Counted(90, 92, Place("w"), Interval(_SUNDAY, 8 * 3600.0, 9 * 3600.0), "", 150)
    after = _day("w", [30], begin_h=9, first=91)
    assert _rules([*rows, hour, *after]) == []


def test_places_that_miss_a_day_are_told() -> None:
    rows = _numbered(_day("w", [30, 41]), _day("w", [31, 40], day=1), _day("s", [9, 8]))
    assert _only(rows, "missing_day").when == "2026-03-02"


def test_cells_without_a_figure_are_left_out_and_told() -> None:
    review = reviewed(_day("w", [30, None, None, 41]), ROADS)
    assert [(one.rule, one.message, one.treatment) for one in review.findings] == [
        ("no_figure", "intervals without a figure: 2", Treatment.LEFT_OUT)
    ]
    assert [row.vehicles for row in review.kept] == [30, 41]


def test_repeated_rows_count_once_and_contradictions_not_at_all() -> None:
    same = _numbered(_day("w", [30, 41]), _day("w", [30]))
    assert [row.vehicles for row in reviewed(same, ROADS).kept] == [30, 41]
    assert _only(same, "repeated").severity is Severity.WARNING
    other = _numbered(_day("w", [30, 41]), _day("w", [31]))
    assert [row.vehicles for row in reviewed(other, ROADS).kept] == [41]
    assert "clock of 12 hours" in _only(other, "repeated").message


def test_intervals_that_overlap_count_once() -> None:
    rows = _numbered(_day("w", [30, 41]), _day("w", [35], begin_h=6.125))
    assert [row.vehicles for row in reviewed(rows, ROADS).kept] == [30, 41] or _rules(rows) == ["overlap", "overlap"]
    assert "overlap" in _rules(rows)


def test_a_stuck_counter_is_left_out_but_small_figures_may_repeat() -> None:
    stuck = _day("w", [30, 41, 77, 77, 77, 77, 77, 35])
    review = reviewed(stuck, ROADS)
    assert _only(stuck, "stuck").message == "the figure 77 stands 5 times in a row"
    assert [row.vehicles for row in review.kept] == [30, 41, 35]
    assert _rules(_day("w", [2, 2, 2, 2, 3, 2])) == []
    assert len(reviewed(stuck, ROADS, keep=["stuck"]).kept) == len(stuck)
    kept = [one for one in reviewed(stuck, ROADS, keep=["stuck"]).findings if one.rule == "stuck"]
    assert [one.treatment for one in kept] == [Treatment.KEPT]


def test_silence_where_there_is_always_traffic() -> None:
    busy, quiet = [30.0, 41, 28, 35], [30.0, 0, 0, 35]
    rows = _numbered(_day("w", busy), _day("w", quiet, day=1))
    assert _only(rows, "silent").message == "nothing counted in 2 intervals where about 69 vehicles are usual"
    assert "silent" in _rules(_day("w", quiet))
    night = [0.0, 0, 0, 0, 1, 2, 30, 41]
    assert _rules(_numbered(_day("w", night), _day("w", [0.0, 0, 0, 1, 0, 2, 30, 44], day=1))) == []
    assert _rules(_day("w", [0.0, 0, 0, 0, 20, 31])) == []


def test_a_clock_of_twelve_hours_that_does_not_say_which_half() -> None:
    morning, afternoon = _day("w", [30, 41, 35], begin_h=12.25), _day("w", [33, 44, 29], begin_h=1)
    rows = _numbered(morning, afternoon)
    assert not reviewed(rows, ROADS).kept
    assert _only(rows, "half_clock").message.startswith("line 5 follows 12 o'clock with 1 o'clock")
    assert _rules(_numbered(_day("w", [30, 41, 35, 31, 37, 44], begin_h=12.25))) == []
    assert "half_clock" not in _rules(_numbered(afternoon, morning))


def test_flows_beyond_what_lanes_carry() -> None:
    found = _only(_day("s", [30, 700, 41]), "impossible")
    assert found.message == "2800 vehicles per hour on 1 lanes; 2400 per lane is the most"
    assert _rules(_day("w", [30, 700, 41])) == []
    assert _rules(_day("s", [30, 700, 41], kind="motorcycle")) == []
    assert "impossible" in _rules(_day(Place("w", "n"), [30, 700, 41]))
    by_class = _numbered(_day("s", [350, 30], kind="car"), _day("s", [300, 30], kind="taxi"))
    assert "impossible" in _rules(by_class)


def test_classes_that_are_more_than_all_together() -> None:
    rows = _numbered(_day("w", [100, 90]), _day("w", [80, 60], kind="car"), _day("w", [40, 20], kind="truck"))
    assert _only(rows, "class_sum").message == "the classes add up to 120, all together are 100"


@pytest.mark.parametrize("late_min", [60, -60, 30, 720])
def test_a_day_on_a_wrong_clock(late_min: float) -> None:
    days = [_day("w", _random(_peaks, seed, begin_h=0, end_h=24), begin_h=0, day=seed) for seed in range(3)]
    wrong = _random(lambda hour: _peaks((hour - late_min / 60) % 24), 9, begin_h=0, end_h=24)
    found = _only(_numbered(*days, _day("w", wrong, begin_h=0, day=3)), "clock_shift")
    assert found.when.startswith("2026-03-04")
    way = "ahead" if late_min > 0 else "behind"
    assert f"{abs(late_min)} min {way}; if so, add {-late_min:g} min" in found.message
    assert found.treatment is Treatment.KEPT


def test_other_shapes_of_days_are_no_wrong_clocks() -> None:
    flat = [_day("w", _random(lambda _hour: 50.0, seed), day=seed) for seed in range(4)]
    assert "clock_shift" not in _rules(_numbered(*flat))


def test_turns_that_do_not_add_up_to_their_link() -> None:
    turns = [_day(Place("w", "e"), [80, 84]), _day(Place("w", "n"), [20, 18])]
    assert _rules(_numbered(_day("w", [101, 100]), *turns)) == []
    found = _only(_numbered(_day("w", [101, 300]), *turns), "junction_sum")
    assert found.place == "w"
    assert found.message.startswith("401 counted on the link, 202 turn at its end; 1 of 2 intervals differ")


def test_junctions_that_lose_vehicles() -> None:
    inbound = [_day("w", [100, 110]), _day("s", [50, 40]), _day("e_back", [60, 70])]
    assert "junction_sum" not in _rules(_numbered(*inbound, _day("e", [140, 150]), _day("n", [70, 70])))
    found = _only(_numbered(*inbound, _day("e", [40, 50]), _day("n", [70, 70])), "junction_sum")
    assert (found.place, found.message[:54]) == ("x", "430 enter the junction, 230 leave it; 2 of 2 intervals")


def test_sums_with_a_part_missing_are_not_judged() -> None:
    assert _rules(_numbered(_day("w", [101, 300]), _day(Place("w", "e"), [80, 84]))) == []
    assert ("w", "n") in MOVEMENTS


def test_days_are_chosen_by_type_and_date() -> None:
    rows = _numbered(*(_day("w", [30 + day, 41], day=day) for day in range(7)))
    times = Times(holidays=(dt.date(2026, 3, 2),))
    workdays, others = of_days(rows, Days(), times)
    assert {row.when.date.day for row in workdays if row.when.date} == {1, 3, 4, 5}
    assert [one.when for one in others] == ["2026-03-02", "2026-03-06", "2026-03-07"]
    weekend, _ = of_days(rows, Days(WEEKEND), times)
    assert {row.when.date.day for row in weekend if row.when.date} == {2, 6, 7}
    everything, _ = of_days(rows, Days(ANY_DAY), times)
    assert len(everything) == len(rows)
    chosen, _ = of_days(rows, Days(only=(dt.date(2026, 3, 6), dt.date(2026, 3, 7))), times)
    assert {row.when.date.day for row in chosen if row.when.date} == {6, 7}
    without, _ = of_days(rows, Days(without=(dt.date(2026, 3, 4),)), times)
    assert {row.when.date.day for row in without if row.when.date} == {1, 3, 5}


def test_the_median_of_days_resists_one_that_is_odd() -> None:
    rows = _numbered(*(_day("w", [figure], day=day) for day, figure in enumerate([30, 34, 500])))
    (middle,) = day_counts(rows)
    assert middle.count == Count("w", "", 21600.0, 22500.0, "", 34.0)
    assert middle.days == 3
    assert middle.sd == pytest.approx(270.2, abs=0.1)
    (mean,) = day_counts(rows, average="mean")
    assert mean.count.vehicles == 188
    assert day_counts(rows[:1])[0].sd is None
