"""The program's entry: commands found by name, errors turned into words and exit codes."""

import importlib
import io
import sys
from collections.abc import Iterator

import click
from typing_extensions import override

from congestion_lab import __version__
from congestion_lab.cli.console import Exit, complain, drop_output, explain
from congestion_lab.cli.options import example
from congestion_lab.core.errors import CongestionLabError, EngineError, Fault, InputError

# name -> (module:attribute, short help): a command's module is loaded only when the command is used
_COMMANDS = {
    "doctor": ("doctor:doctor", "Check that this machine can run everything."),
    "network": ("network.group:network", "Import, build, check and draw road networks."),
    "demand": ("demand.group:demand", "Build demand, check counts and calibrate to them, place cameras."),
    "scenario": ("scenario:scenario", "Validate scenario and experiment files, print their schema."),
    "simulate": ("simulate:simulate", "Simulate a scenario on several seeds."),
    "calibrate": ("calibrate:calibrate", "Fit the fast engine to a few SUMO runs of a scenario."),
    "optimize": ("optimize:optimize", "Search better signal timings and confirm them on unseen seeds."),
    "plan": ("plan.group:plan", "Import, check, certify, show and export signal plans."),
    "compare": ("comparing.compare:compare", "Compare runs, paired by seed."),
    "report": ("comparing.report:report", "Write a self-contained HTML report of runs or of a study."),
    "serve": ("serve:serve", "Show all runs, studies and reports, and running searches, in a browser."),
}


class _Commands(click.Group):
    """A group whose commands are imported when they are used."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(f"congestion_lab.cli.{module}"), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("simulate scenarios/damascus-centre-am-peak.yaml --seeds 3"),
)
@click.version_option(__version__, package_name="congestion-lab")
def app() -> None:
    """Simulate traffic congestion, search better signal plans, prove them, export them, report them.

    Results go to stdout, progress and logs to stderr. Exit codes: 0 done, 2 wrong usage, 3 bad input, 4 the engine
    failed, 5 done but some runs failed, 130 interrupted (state is kept: the same command goes on where it was).
    """


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows `?` for it
    code = _ended()
    try:
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        complain(f"the result could not be written: {error.strerror}")
        code = Exit.BAD_INPUT
    sys.exit(code)


def _ended() -> int:
    """Run the command line, tell what went wrong, and return the exit code."""
    try:
        code = app.main(standalone_mode=False)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        explain(shown.getvalue().rstrip("\n"))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted; what is finished is kept, the same command goes on where it was")
        return Exit.INTERRUPTED
    except (CongestionLabError, OSError, RecursionError) as error:
        for line in _told(error):
            complain(line)
        return Exit.ENGINE_FAILED if isinstance(error, EngineError) else Exit.BAD_INPUT
    return code if isinstance(code, int) else Exit.OK


def _told(error: Exception) -> Iterator[str]:
    if isinstance(error, InputError):
        yield from (str(fault) for fault in error.faults)
    elif isinstance(error, OSError):
        hint = "check the path, the permissions and the room on the disk"
        yield str(Fault(error.strerror or str(error), hint, source=str(error.filename or "")))
    elif isinstance(error, RecursionError):
        yield "a file is nested too deeply to be read"
    else:
        yield str(error)
