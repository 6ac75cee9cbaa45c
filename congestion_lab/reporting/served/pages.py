"""The pages of the server beside the reports: the list, and a study or run set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from congestion_lab.core.names import clean_name
from congestion_lab.optimization.shelf.shelf import Entry, State
from congestion_lab.optimization.shelf.shelvedstudy import StudyFigures
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.searchchart import search_chart
from congestion_lab.reporting.page import rendered_part
from congestion_lab.reporting.sections.ladder import ladder_note, level_rows
from congestion_lab.reporting.served.row import row_of
from congestion_lab.reporting.served.shell import Addresses, served
from congestion_lab.reporting.translation import _, plural
from congestion_lab.reporting.trials import trials_of
from congestion_lab.reporting.wording import number

_KB, _MB = 1e3, 1e6


def runs_page(folder: str, entries: Sequence[Entry], addresses: Addresses, *, left_out: int = 0) -> str:
    """Return the list of studies and run sets, the latest first.

    Args:
        folder: Name of the folder of runs.
        entries: What stands in it.
        addresses: Where the page leads to.
        left_out: Further entries that are not shown.
    """
    counted = plural("{count} run set or study", "{count} run sets and studies", len(entries) + left_out)
    if left_out:
        counted += "; " + _("not shown, since the list is too long: {left_out}").format(left_out=number(left_out, 0))
    latest = sorted(entries, key=lambda entry: -entry.changed_s)
    content = {
        "folder": clean_name(folder),
        "counted": counted,
        "rows": [row_of(entry, home=addresses.home) for entry in latest],
    }
    return served("runs.html.j2", _("Runs and studies"), content, addresses)


def entry_page(entry: Entry, files: Sequence[tuple[str, Path]], addresses: Addresses) -> str:
    """Return the page of a study or run set, which follows it as long as it runs.

    Args:
        entry: The study or run set.
        files: What can be taken from it: address and path of each file.
        addresses: Where the page leads to.
    """
    summary = entry.figures.summary if isinstance(entry.figures, StudyFigures) else {}
    content = {
        "row": row_of(entry, home=addresses.home),
        "told": told(entry),
        "source": "standing.json" if follows(entry) else "",
        "levels": level_rows(summary),
        "ladder_note": ladder_note(summary),
        "files": [
            (clean_name(path.relative_to(entry.place.folder).as_posix()), address, _size(path))
            for address, path in files
        ],
        **_standing(entry),
    }
    return served("entry.html.j2", clean_name(entry.place.name), content, addresses)


def standing_part(entry: Entry) -> str:
    """Return the part of an entry's page that changes while it runs."""
    return rendered_part("_standing.html.j2", _standing(entry))


def follows(entry: Entry) -> bool:
    """Whether a page asks for news of an entry: it runs, or was interrupted and may be started again."""
    return entry.state in {State.RUNNING, State.ELSEWHERE, State.INTERRUPTED}


def told(entry: Entry) -> str:
    """Return in a sentence how far an entry has come."""
    return {
        State.RUNNING: _("It is running; this page follows it."),
        State.FINISHED: _("It is finished."),
        State.INTERRUPTED: _("It was interrupted. The same command goes on where it was; what is finished is kept."),
        State.ELSEWHERE: _("Another machine ran it last; whether it still does cannot be told from here."),
        State.DAMAGED: _("It is damaged and cannot be shown."),
    }[entry.state]


def _standing(entry: Entry) -> dict[str, Any]:
    figures, standing = entry.figures, entry.standing
    said: dict[str, Any] = {
        "doing": "",
        "total": 0,
        "done": 0,
        "cards": [],
        "chart": "",
        "origin": "",
        "has_trial": False,
    }
    if figures is None:
        return said
    runs = [(_("Runs finished"), number(figures.finished, 0), ""), (_("Runs failed"), number(figures.failed, 0), "")]
    if not isinstance(figures, StudyFigures):
        jammed = (_("Runs that ended in gridlock"), number(figures.jammed, 0), "")
        delay = (_("Mean delay per demanded vehicle"), number(figures.delay_s), _("s"))
        return said | {"cards": [*runs, jammed, delay] if entry.state is State.FINISHED else runs[:1]}
    said["cards"] = [
        (_("Candidates tried"), number(len(figures.candidates), 0), ""),
        *runs,
        (_("Delay of the present plan"), number(figures.present_s), _("s")),
        (
            _("Best delay so far") if not figures.is_finished else _("Delay of the proposed plan"),
            number(figures.best_s),
            _("s"),
        ),
    ]
    trials = trials_of(figures.candidates, figures.trial)
    present_s = trials[0].delay_s if trials else figures.present_s
    said |= {"chart": search_chart(trials, present_s), "origin": _origin(figures), "has_trial": bool(figures.trial)}
    if standing is not None:
        doing = _("{stage}: {done} of {total}") if standing.total else _("{stage}: {done}")
        stage, done, total = _stage(standing.stage), number(standing.done, 0), number(standing.total, 0)
        said |= {"doing": doing.format(stage=stage, done=done, total=total)}
        said |= {"done": min(standing.done, standing.total), "total": standing.total}
    return said


def _stage(name: str) -> str:
    stages = {
        "searching": _("Level of simulations, runs made"),
        "fast engine": _("Level of the fast engine, plans judged"),
        "confirming": _("Confirmation on seeds that the search never saw, runs made"),
    }
    return stages.get(name, clean_name(name))


def _origin(figures: StudyFigures) -> str:
    """Return where the best candidate came from, and once it is finished the proposed one."""
    full = [one for one in figures.candidates if not one["stopped"] and one["score"] is not None]
    if not full:
        return ""
    best = min(full, key=lambda one: float(one["score"]))
    text = _("Best candidate of the search: number {number}, {origin}.")
    told = text.format(number=number(int(best["number"]), 0), origin=retold(str(best["origin"])))
    if not figures.is_finished:
        return told
    proposed = figures.summary.get("best_number")
    if isinstance(proposed, int) and proposed != best["number"]:
        told += " " + _("Proposed: number {number}.").format(number=number(proposed, 0))
    confirmed = _("The delays above the chart are those of the confirmation, on seeds that the search never saw.")
    return f"{told} {confirmed}"


def _size(path: Path) -> str:
    size = path.stat().st_size
    if size < _MB:
        return _("{size} kB").format(size=number(max(size / _KB, 0.1), 1))
    return _("{size} MB").format(size=number(size / _MB, 1))
