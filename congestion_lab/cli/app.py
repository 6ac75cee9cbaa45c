"""The program's entry: commands found by name, errors turned into words and exit codes."""

import importlib
import sys

import click
from typing_extensions import override

from congestion_lab import __version__
from congestion_lab.cli.console import Exit, complain
from congestion_lab.core.errors import CongestionLabError, EngineError, InputError

# name -> (module:attribute, short help): a command's module is loaded only when the command is used
_COMMANDS = {
    "doctor": ("doctor:doctor", "Check that this machine can run everything."),
    "network": ("network:network", "Build, check and draw road networks."),
    "demand": ("demand:demand", "Build demand from zones and assumptions."),
    "scenario": ("scenario:scenario", "Validate scenario and experiment files, print their schema."),
    "simulate": ("simulate:simulate", "Simulate a scenario on several seeds."),
    "optimize": ("optimize:optimize", "Search better signal timings and confirm them on unseen seeds."),
    "plan": ("plan:plan", "Check, show and export signal plans."),
    "compare": ("compare:compare", "Compare runs, paired by seed."),
    "report": ("report:report", "Write a self-contained HTML report of runs or of a study."),
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
    epilog="Example: congestion-lab simulate scenarios/damascus-centre-am-peak.yaml --seeds 3",
)
@click.version_option(__version__, package_name="congestion-lab")
def app() -> None:
    """Simulate traffic congestion, search better signal plans, prove them, export them, report them.

    Results go to stdout, progress and logs to stderr. Exit codes: 0 done, 2 wrong usage, 3 bad input, 4 the engine
    failed, 5 done but some runs failed, 130 interrupted (state is kept: the same command goes on where it was).
    """


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        code = app.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted; what is finished is kept, the same command goes on where it was")
        sys.exit(Exit.INTERRUPTED)
    except InputError as error:
        for fault in error.faults:
            complain(str(fault))
        sys.exit(Exit.BAD_INPUT)
    except EngineError as error:
        complain(str(error))
        sys.exit(Exit.ENGINE_FAILED)
    except CongestionLabError as error:
        complain(str(error))
        sys.exit(Exit.BAD_INPUT)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; nothing is left to say
        sys.exit(Exit.OK)
    sys.exit(code if isinstance(code, int) else Exit.OK)
