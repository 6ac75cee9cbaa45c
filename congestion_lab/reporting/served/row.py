"""A study or a run set as pages of the server tell it."""

import math
import time
from dataclasses import dataclass

from congestion_lab.core.names import clean_name
from congestion_lab.optimization.shelf.shelf import Entry, State
from congestion_lab.optimization.shelf.shelvedstudy import StudyFigures
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.translation import _, in_numerals
from congestion_lab.reporting.wording import NOTHING, interval, number, signed

_MOST_FAULT_LETTERS = 600
_LATEST_S = 253_370_764_800.0  # the year 9999: a clock that ran wild must not hide the list


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in the words of the page; `..._value` is what a column is sorted by."""

    name: str
    address: str
    kind: str
    scenario: str
    state: str
    state_key: str
    changed: str
    changed_iso: str
    engine: str
    finished: str
    finished_value: str
    failed: str
    failed_value: str
    delay: str
    delay_value: str
    change: str
    change_value: str
    interval: str
    tone: str
    report: str
    report_label: str
    fault: str


def row_of(entry: Entry, *, home: str) -> Row:
    """Return an entry in words.

    Args:
        entry: The entry.
        home: Address of the list, under which that of the entry lies.
    """
    figures, address = entry.figures, f"{home}{entry.place.id}/"
    is_study = isinstance(figures, StudyFigures)
    delay_s = math.nan if figures is None else figures.best_s if isinstance(figures, StudyFigures) else figures.delay_s
    mean, low, high = figures.change_s if isinstance(figures, StudyFigures) else (math.nan,) * 3
    name = clean_name(entry.place.name)
    moment = time.localtime(min(entry.changed_s, _LATEST_S))
    return Row(
        name=name,
        address=address,
        kind=_("Study") if entry.place.is_study else _("Run set"),
        scenario=clean_name(figures.scenario) if figures else "",
        state=state_name(entry.state),
        state_key=entry.state.value,
        changed=in_numerals(time.strftime("%Y-%m-%d %H:%M", moment)),
        changed_iso=time.strftime("%Y-%m-%dT%H:%M:%S", moment),
        engine=clean_name(figures.engine) if figures else "",
        finished=number(figures.finished, 0) if figures else NOTHING,
        finished_value=str(figures.finished) if figures else "",
        failed=number(figures.failed, 0) if figures else NOTHING,
        failed_value=str(figures.failed or "") if figures else "",
        delay=number(delay_s, 1),
        delay_value=_sorted_by(delay_s),
        change=signed(mean, 1) if is_study else NOTHING,
        change_value=_sorted_by(mean),
        interval=interval(low, high) if math.isfinite(mean) else "",
        tone="better" if high < 0 else "worse" if low > 0 else "",
        report=f"{address}report" if entry.state is State.FINISHED and _is_reportable(entry) else "",
        report_label=_("Report of {name}").format(name=name),
        fault=retold(entry.fault[:_MOST_FAULT_LETTERS]),
    )


def state_name(state: State) -> str:
    """Return how far an entry has come, in the language spoken."""
    return {
        State.RUNNING: _("running"),
        State.FINISHED: _("finished"),
        State.INTERRUPTED: _("interrupted"),
        State.ELSEWHERE: _("on another machine"),
        State.DAMAGED: _("damaged"),
    }[state]


def _is_reportable(entry: Entry) -> bool:
    return entry.figures is not None and entry.figures.finished > 0


def _sorted_by(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""
