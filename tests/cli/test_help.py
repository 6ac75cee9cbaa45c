"""Every command explains itself with an example, and the entry stays light."""

import subprocess
import sys

import click
import pytest

from congestion_lab.cli.app import app
from tests.cli.conftest import Run


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


def test_the_entry_loads_no_heavy_library() -> None:
    heavy = ("pandas", "optuna", "plotly", "scipy", "pydantic")
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
