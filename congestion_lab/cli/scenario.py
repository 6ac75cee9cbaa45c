"""`congestion-lab scenario`: are the files right, and what may stand in them?"""

from pathlib import Path

import click

from congestion_lab.cli.console import Exit, say, say_json
from congestion_lab.cli.options import example, json_option, verbosity_options


@click.group(epilog=example("scenario validate scenarios/damascus-am-peak.yaml"))
def scenario() -> None:
    """Validate scenario and experiment files, print their schema."""


@scenario.command(epilog=example("scenario validate experiments/damascus-centre-signals.yaml"))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def validate(file: Path, *, as_json: bool) -> int:
    """Check a scenario or experiment FILE and name every fault.

    An experiment's scenario is checked too.
    """
    from congestion_lab.experiments.spec import load_experiment
    from congestion_lab.scenarios.document import read_document
    from congestion_lab.scenarios.family import Family, load_scenario_file

    content = read_document(file).value
    kind = "experiment" if "scenario" in content else "scenario"
    checked = load_scenario_file(load_experiment(file).scenario if kind == "experiment" else file)
    periods = list(checked.scenarios) if isinstance(checked, Family) else []
    if as_json:
        say_json({"file": str(file), "kind": kind, "valid": True, **({"periods": periods} if periods else {})})
    else:
        say(f"{file}: a valid {kind}" + (f" for {', '.join(periods)}" if periods else ""))
    return Exit.OK


@scenario.command(epilog=example("scenario schema --of experiment > experiment.schema.json"))
@click.option(
    "--of",
    "kind",
    type=click.Choice(["scenario", "experiment"]),
    default="scenario",
    show_default=True,
    help="Which file.",
)
@verbosity_options
def schema(*, kind: str) -> int:
    """Print the JSON Schema of the files, for editors.

    They complete and check with it what is typed.
    """
    from congestion_lab.experiments import spec
    from congestion_lab.scenarios import family

    say_json((spec if kind == "experiment" else family).json_schema())
    return Exit.OK
