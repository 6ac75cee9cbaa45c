"""What a planner reads in a terminal of 80 columns: nothing runs over its edge, and no word or figure is cut."""

import io
import re
from pathlib import Path

import pytest
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from congestion_lab.cli import console
from congestion_lab.cli.periodtables import period_table
from congestion_lab.cli.plan.rings import plan_picture
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from tests.cli.conftest import Run

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_COLUMNS = 80
_WRONG = ("plan", "export", "plan.json", "--format", "a-format-that-nobody-in-the-field-has-heard-of")
_COPIED = ("congestion-lab ", "`")  # begin lines that no terminal is to break


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console._out, "_force_terminal", True)
    monkeypatch.setattr(console._out, "width", _COLUMNS)


def _too_wide(printed: str) -> list[str]:
    lines = (line.rstrip() for line in printed.splitlines())
    return [line for line in lines if cell_len(line) > _COLUMNS and not line.lstrip().startswith(_COPIED)]


def _whole(printed: str) -> bool:
    """Return whether no table cut what it holds; intervals are written with the same sign, between spaces."""
    return "…" not in printed.replace(" … ", "")


@pytest.mark.usefixtures("study", "terminal")
@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "scenario validate town.yaml",
        "optimize search.yaml",
        "compare runs/town-signals/present runs/town-signals/best",
        "network check roads.net.xml",
        "network gates roads.net.xml",
        "network speeds runs/town-signals/best",
        "plan check runs/town-signals/best-plan.json",
        "plan certify runs/town-signals/best-plan.json --controller x",
        "plan show runs/town-signals/best-plan.json",
        "plan analyze runs/town-signals/best-plan.json --runs runs/town-signals/best",
        "plan corridors runs/town-signals/best-plan.json --runs runs/town-signals/best --through x,y",
        "demand cameras town.yaml --budget 3 --at link",
    ],
)
def test_a_command_fits_the_terminal(run: Run, command: str) -> None:
    ended = run(*command.split())
    assert ended.code in {0, 3}, ended.err
    assert ended.out
    assert _too_wide(ended.out) == []
    assert _whole(ended.out)


@pytest.mark.usefixtures("terminal")
def test_what_is_told_of_damascus_fits_the_terminal(run: Run, tmp_path: Path) -> None:
    table, plans = tmp_path / "present.xlsx", tmp_path / "p.json"
    assert run("plan", "template", "--network", _DAMASCUS, "-o", table).code == 0
    for command in (
        ("plan", "import", table, "--network", _DAMASCUS, "-o", plans),
        ("plan", "check", plans),
        ("plan", "certify", plans, "--controller", "jisr_rais.n", "--controller", "baramkeh"),
        ("plan", "show", plans, "--controller", "jisr_rais.n", "--controller", "baramkeh"),
        ("plan", "corridors", plans, "--network", _DAMASCUS),
        ("network", "gates", _DAMASCUS),
        ("demand", "lines", _DAMASCUS),
    ):
        ended = run(*command)
        assert ended.out, ended.err
        assert _too_wide(ended.out) == [], command
        assert _whole(ended.out), command


def _shown(table: Table, monkeypatch: pytest.MonkeyPatch, columns: int) -> list[str]:
    window = io.StringIO()
    monkeypatch.setattr(console, "_out", Console(file=window, width=columns, highlight=False))
    console.say(table)
    return window.getvalue().splitlines()


def _table() -> Table:
    table = Table("street", "links", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("metres", justify="right", no_wrap=True)
    table.add_row("Saadallah al-Jabiri Street at the old station", "hejaz-thawra_nasr baramkeh-halbouni", "1234567.8")
    return table


@pytest.mark.parametrize("columns", [10, 40, 60, 200])
def test_a_table_folds_between_words_and_never_cuts_them(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = _shown(_table(), monkeypatch, columns)
    words = set(" ".join(lines).split())
    assert {"Saadallah", "al-Jabiri", "hejaz-thawra_nasr", "baramkeh-halbouni", "1234567.8", "metres"} <= words
    assert max(map(len, lines)) <= max(columns, 39)  # 39: the widest words of all columns, and what parts them


def test_a_table_takes_the_room_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [len(_shown(_table(), monkeypatch, columns)) for columns in (40, 75, 200)]
    assert rows[0] > rows[1] > rows[2]


def test_columns_that_fold_share_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    table = period_table("Changes", "indicator", dict.fromkeys(("morning", "noon", "evening", "night", "friday")))
    for _ in range(2):
        table.add_row("Mean delay per demanded vehicle (s)", *["163.3 → 119.3"] * 5)
    lines = _shown(table, monkeypatch, _COLUMNS)
    assert max(map(len, lines)) <= _COLUMNS
    assert sum(line.count("163.3 →") for line in lines) == sum(line.count("119.3") for line in lines) == 10
    assert len({column.width for column in table.columns[1:]}) == 1


def test_names_of_groups_stand_whole_beside_their_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("the left turn into Market Street", "the left turn into Mill Road")
    lines = _shown(plan_picture(_plan(*names), None), monkeypatch, _COLUMNS)
    assert max(map(len, lines)) <= _COLUMNS
    assert " ".join("".join(line[:19] for line in lines).split()).startswith(" ".join(names))


def _plan(*names: str) -> SignalPlan:
    groups = tuple(SignalGroup(name, (number,)) for number, name in enumerate(names))
    ring = (Interval(40, (Aspect.GREEN, Aspect.RED)), Interval(40, (Aspect.RED, Aspect.GREEN)))
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, ring)


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("short", ["short"]),
        ("", [""]),
        ("one two three four", ["one two", "  three", "  four"]),
        ("  in   set and long", ["  in   set", "    and", "    long"]),
        ("overlongwordthatgoeson x", ["overlongwordthatgoeson", "  x"]),
        ("see `a command of some length`.", ["see", "  `a command of some length`."]),
        ("congestion-lab doctor --json    # why", ["congestion-lab doctor --json", "  # why"]),
        ("congestion-lab a  # why and how", ["congestion-lab a", "  # why and how"]),
        ("  congestion-lab doctor --json", ["  congestion-lab doctor --json"]),
        ("ساحة الأمويين وجسر", ["ساحة", "  الأمويين", "  وجسر"]),
    ],
)
def test_a_line_is_folded_between_words(line: str, folded: list[str]) -> None:
    assert list(console.fold(line, 10)) == folded


def test_only_a_terminal_gets_lines_folded(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "a place of many words and of no file at all, whatever one hopes"
    command = ("scenario", "validate", missing)
    assert len(run(*command).err.splitlines()) == 1
    assert max(map(len, run(*_WRONG).err.splitlines())) > _COLUMNS
    monkeypatch.setattr(console._err, "_force_terminal", True)
    monkeypatch.setattr(console._err, "width", _COLUMNS)
    assert max(map(len, run(*_WRONG).err.splitlines())) <= _COLUMNS
    told = re.sub(r"\x1b\[[0-9;]*m", "", run(*command).err)
    assert told.startswith("error: ")
    assert len(told.splitlines()) > 1
    assert max(map(len, told.splitlines()[1:])) <= _COLUMNS
