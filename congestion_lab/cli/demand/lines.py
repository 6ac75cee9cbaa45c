"""`congestion-lab demand lines`: the lines of a network folder, as they run on its network."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.options import example, json_option, verbosity_options

if TYPE_CHECKING:
    from rich.table import Table

    from congestion_lab.sumo.demand.lineroutes import LineCourse

_HEADINGS = ("km", "stops", "run\nmin", "veh/h", "under\nway")


@click.command(epilog=example("demand lines networks/damascus"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--model", default="am-peak", show_default=True, help="Demand model of the folder.")
@click.option("--variant", help="Variant of the network, e.g. before-2025. Default: the network as it is.")
@json_option
@verbosity_options
def lines(folder: Path, *, model: str, variant: str | None, as_json: bool) -> int:
    """Check the lines of the network FOLDER and list them.

    They are told with length, stops, run time and vehicles. The run time is that on empty roads with the mean dwell at
    the stops; no signal or queue is part of it. The vehicles under way are those that a line needs for it.
    """
    from congestion_lab.demand.trips.assumptions import model_names, read_model
    from congestion_lab.sumo.building.networkbuild import net_of
    from congestion_lab.sumo.demand.lineroutes import line_courses
    from congestion_lab.sumo.nets.netfile import read_network

    with progress() as bars:
        bars.add_task(f"laying lines on {folder}", total=None)
        assumptions = read_model(folder, model)
        courses = line_courses(read_network(net_of(folder, variant)), folder / "demand", assumptions)
    for text in _remarks(courses, model_names(folder)):
        remark(text)
    if as_json:
        say_json({"model": model, "lines": [_values(course, model) for course in courses]})
        return Exit.OK
    if not courses:
        say("no lines: the demand model has no `lines`")
        return Exit.OK
    say(_table(courses, model))
    for text in _sums(courses, model):
        say(text)
    return Exit.OK


def _values(course: "LineCourse", model: str) -> dict[str, Any]:
    line, vph = course.line, course.line.vph_in(model)
    return {
        "id": line.id,
        "name_en": line.name_en,
        "name_ar": line.name_ar,
        "class": line.vehicle_class,
        "confidence": line.confidence,
        "source": line.source,
        "length_m": course.length_m,
        "stops": len(course.places),
        "run_s": course.run_s,
        "vph": vph,
        "vehicles_under_way": _under_way(course, model),
        "links": course.links,
    }


def _table(courses: "Sequence[LineCourse]", model: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("line", "name", "class"):
        table.add_column(heading)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for course in courses:
        line = course.line
        table.add_row(
            *(escape(line.id), escape(line.name_en), escape(line.vehicle_class)),
            *(f"{course.length_m / 1000:.1f}", str(len(course.places)), f"{course.run_s / 60:.0f}"),
            *(f"{line.vph_in(model):g}", f"{_under_way(course, model):.0f}"),
        )
    return table


def _sums(courses: "Sequence[LineCourse]", model: str) -> Iterator[str]:
    for kind in dict.fromkeys(course.line.vehicle_class for course in courses):
        mine = [course for course in courses if course.line.vehicle_class == kind]
        driven_km = sum(course.length_m / 1000 * course.line.vph_in(model) for course in mine)
        under_way = sum(_under_way(course, model) for course in mine)
        vph = sum(course.line.vph_in(model) for course in mine)
        yield f"{kind}: {vph:g} vehicles and {driven_km:.0f} vehicle-km per hour, {under_way:.0f} vehicles under way"


def _remarks(courses: "Sequence[LineCourse]", models: Collection[str]) -> Iterator[str]:
    for course in courses:
        if twice := [link for link, times in Counter(course.links).items() if times > 1]:
            yield f"{course.line.id}: the course passes {twice[0]} more than once; does it turn back?"
        if not course.places:
            yield f"{course.line.id}: no place on the course is fit for a stop"
    for unknown in sorted({model for course in courses for model in course.line.vph_by_model}.difference(models)):
        yield f"column vph_{unknown}: there is no demand model {unknown!r}; there are {', '.join(models)}"


def _under_way(course: "LineCourse", model: str) -> float:
    return course.line.vph_in(model) * course.run_s / 3600
