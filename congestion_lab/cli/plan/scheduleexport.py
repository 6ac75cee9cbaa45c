"""`congestion-lab plan schedule export`: schedules in the formats of the field."""

from pathlib import Path

import click

from congestion_lab.cli.console import Exit, remark, say, say_json
from congestion_lab.cli.options import example, folder_for_results, json_option, out_option, verbosity_options


@click.command("export", epilog=example("plan schedule export week.yaml --format ntcip -o plans/"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=click.Choice(["ntcip"]),
    required=True,
    expose_value=False,
    help="Phases, patterns, actions, day plans and dates of NTCIP 1202 controllers.",
)
@click.option(
    "--year",
    type=click.IntRange(min=1970, max=9999),
    help="The year that the table is for; needed where the schedule has dates of several.",
)
@click.option("--uncertified", is_flag=True, help="Export what is not certified too; the file says so.")
@out_option("Folder the file is written to. Default: plans.", default=Path("plans"), show_default=False)
@json_option
@verbosity_options
def export_schedule(file: Path, *, year: int | None, uncertified: bool, out: Path, as_json: bool) -> int:
    """Write the schedule FILE in a format of the field.

    Exit code 3 if plans or switches are not certified.
    """
    from congestion_lab.core.errors import Fault, SignalPlanError
    from congestion_lab.exporting.ntcip.schedules import write_ntcip_schedule
    from congestion_lab.signals.schedules.changes import changes
    from congestion_lab.signals.schedules.marking import judged_plans, schedule_marking
    from congestion_lab.signals.schedules.schedule import read_schedule

    folder_for_results(out)
    content = read_schedule(file)
    mark = schedule_marking(judged_plans(content), changes(content))
    if not mark.certified and not uncertified:
        hint = "see `plan schedule check` and `plan certify`; --uncertified exports all the same and marks the file"
        raise SignalPlanError(Fault(mark.text.removesuffix("."), hint, str(file)))
    if not mark.certified:
        remark(mark.text)
    written = write_ntcip_schedule(content, out, year=year, marking=mark.text, source=str(file))
    for note in written.remarks:
        remark(note)
    if as_json:
        say_json([str(path) for path in written.files])
    else:
        for path in written.files:
            say(str(path))
    return Exit.OK
