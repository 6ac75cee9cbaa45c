"""Every command explains itself with an example, and the entry stays light."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from congestion_lab.cli.app import app
from tests.cli.conftest import Run

_ROOT = Path(__file__).parents[2]
_EXAMPLE = "Example: congestion-lab "


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    children = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [path, *(found for name, child in children if child for found in _commands(child, (*path, name)))]


@pytest.mark.parametrize("path", _commands(app), ids=" ".join)
def test_help_has_an_example(run: Run, path: tuple[str, ...]) -> None:
    ended = run(*path, "--help")
    assert ended.code == 0
    assert "Example: congestion-lab " + " ".join(path[:1]) in ended.out


@pytest.mark.parametrize("path", _commands(app), ids=" ".join)
def test_the_example_can_be_copied_and_names_what_is_there(run: Run, path: tuple[str, ...]) -> None:
    lines = [line.strip() for line in run(*path, "--help").out.splitlines()]
    (example,) = [line.removeprefix(_EXAMPLE) for line in lines if line.startswith(_EXAMPLE)]
    words = shlex.split(example.partition(" > ")[0])
    command, context = _parsed(words)
    assert not isinstance(command, click.Group)
    given = [value for value in context.params.values() if isinstance(value, (Path, tuple))]
    inputs = [Path(str(part)) for value in given for part in (value if isinstance(value, tuple) else [value])]
    for place in inputs:
        if place.parts[0] in {"scenarios", "experiments", "networks"}:
            assert (_ROOT / place).exists(), place


def _parsed(words: list[str]) -> tuple[click.Command, click.Context]:
    """Let click read a command line without doing what it says."""
    command: click.Command = app
    context = click.Context(app)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found
    return command, command.make_context("example", words)


def test_options_are_the_same_everywhere() -> None:
    for path in _commands(app):
        command, _ = _parsed_command(path)
        if isinstance(command, click.Group):
            continue
        options = {flag for option in command.params for flag in option.opts}
        assert {"-v", "--verbose", "-q", "--quiet"} <= options, path
        assert "--json" in options or path == ("scenario", "schema"), path
        assert ("--out" in options) == ("-o" in options), path
        assert ("--workers" in options) == (path[0] in {"simulate", "optimize", "calibrate"} or path[-1] == "cost"), (
            path
        )
        assert ("--seed" in options) == (path[-1] in {"simulate", "optimize", "calibrate", "cost"}), path


def _parsed_command(path: tuple[str, ...]) -> tuple[click.Command, click.Context]:
    command: click.Command = app
    context = click.Context(app)
    for word in path:
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found is not None
        command = found
    return command, context


def _groups() -> list[tuple[str, ...]]:
    return [path for path in _commands(app) if isinstance(_parsed_command(path)[0], click.Group)]


@pytest.mark.parametrize("path", _groups(), ids=" ".join)
def test_a_group_says_in_full_what_its_commands_do(
    run: Run, path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(*path, "--help").out.splitlines()
    listed = lines[lines.index("Commands:") + 1 :]
    assert len(listed) > 1
    assert [line for line in listed if line.rstrip().endswith("...")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="measures the processor time of children")
def test_the_entry_starts_at_once() -> None:
    import resource  # noqa: PLC0415 -- not on Windows

    def spent_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    times = []
    for _ in range(3):
        begin = spent_s()
        subprocess.run([sys.executable, "-m", "congestion_lab", "--help"], capture_output=True, check=True)
        times.append(spent_s() - begin)
    assert min(times) < 0.3, "processor seconds until help is shown"


def test_the_entry_loads_no_heavy_library() -> None:
    heavy = ("pandas", "optuna", "scipy", "pydantic")
    program = f"import sys, congestion_lab.cli.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("simulate",), ("compare", "one"), ("simulate", "x", "--seeds", "0")]
)
def test_wrong_usage_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err
