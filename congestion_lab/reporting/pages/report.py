"""The report: one self-contained HTML file of a study or of run sets."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from congestion_lab.core.names import clean_name
from congestion_lab.reporting.drawing.charts import seeds_chart, spread_chart
from congestion_lab.reporting.drawing.ringdiagram import ring_of
from congestion_lab.reporting.drawing.searchchart import search_chart
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import LinkMap, link_name
from congestion_lab.reporting.maps.maplayers import map_layers, speed_legend
from congestion_lab.reporting.maps.playback import playback
from congestion_lab.reporting.maps.streetnames import map_labels
from congestion_lab.reporting.page import rendered
from congestion_lab.reporting.sections.briefing import briefing, same_timing
from congestion_lab.reporting.sections.corridors import corridor_rows
from congestion_lab.reporting.sections.environment import environment
from congestion_lab.reporting.sections.figures import CARDS, compared, comparison_figures, single_figures
from congestion_lab.reporting.sections.intersectiontable import IntersectionRow, intersection_rows, unnamed
from congestion_lab.reporting.sections.judged import judged_section
from congestion_lab.reporting.sections.ladder import ladder_note, level_rows
from congestion_lab.reporting.sections.provenance import assumptions, notes, provenance, warnings
from congestion_lab.reporting.sections.reliability import reliability_section
from congestion_lab.reporting.sections.unserved import unserved_section
from congestion_lab.reporting.sections.verdict import verdict_of
from congestion_lab.reporting.translation import OWN_NAMES, _, plural
from congestion_lab.reporting.trials import Trial
from congestion_lab.reporting.wording import number

NO_OTHERS: Mapping[str, str] = MappingProxyType({})
_OPEN_PLACES = 3  # intersections shown at once; the others open on a click, and all in print


def report_page(story: Story, *, elsewhere: Mapping[str, str] = NO_OTHERS) -> str:
    """Return the report of a study or of run sets as HTML, in the language spoken.

    Args:
        story: What it tells.
        elsewhere: Addresses of the same report in other languages, by language code.
    """
    differences = compared(story.before.summaries, story.after.summaries) if story.after else {}
    figures = comparison_figures(differences) if story.after else single_figures(story.before.summaries)
    verdict = verdict_of(differences, unseen=story.study is not None) if differences else None
    rows = intersection_rows(story)
    link_map = LinkMap(story.network)
    maps = map_layers(story, link_map)
    played = playback(story, link_map.ids)
    content = {
        "title": clean_name(story.title),
        "elsewhere": [(code, OWN_NAMES[code], address) for code, address in elsewhere.items()],
        "scenario": clean_name(story.before.runs.inputs.name),
        "subtitle": _subtitle(story),
        "compares": story.after is not None,
        "names": [side.name for side in _sides(story)],
        "verdict": verdict,
        "judging": judged_section(story),
        "briefing": briefing(story, verdict, differences, rows) if verdict else [],
        "figures": figures,
        "cards": [figure for name in CARDS for figure in figures if figure.id == name],
        "maps": maps,
        "map_note": link_map.scale_bar(),
        "speed_legend": speed_legend(),
        "playback": played,
        "corridors": corridor_rows(story),
        "unserved": unserved_section(story),
        "reliability": reliability_section(story),
        "environment": environment(story),
        "rows": rows,
        "remark": unnamed(rows),
        "places": [_place(story, row) for row in rows],
        "open_places": _OPEN_PLACES,
        "charts": _charts(story),
        "searched": bool(story.trials),
        "has_trial": any(trial.on_trial for trial in story.trials),
        "search_note": _search_note(story),
        "levels": level_rows(story.study),
        "ladder_note": ladder_note(story.study),
        "warnings": warnings(story),
        "notes": notes(story),
        "assumptions": assumptions(story),
        "provenance": provenance(story),
    }
    data = {
        "links": _link_texts(story, link_map),
        "streets": map_labels(story.network, link_map.frame),
        "layers": None if maps is None else maps.data,
        "playback": None if played is None else played.data,
    }
    return rendered("report.html.j2", content, data)


def _sides(story: Story) -> list[Side]:
    return [side for side in (story.before, story.after) if side is not None]


def _subtitle(story: Story) -> str:
    intersections = plural(
        "{count} signal-controlled intersection",
        "{count} signal-controlled intersections",
        len(story.network.controllers),
    )
    links = plural("{count} link", "{count} links", len(story.network.links))
    seeds = plural("{count} seed", "{count} seeds", len(story.before.summaries))
    return _("{intersections}, {links}, simulated on {seeds}").format(
        intersections=intersections, links=links, seeds=seeds
    )


def _link_texts(story: Story, link_map: LinkMap) -> list[str]:
    """Return what a pointer on a link tells, in the order in which maps number the links."""
    return ["\n".join(_link_lines(story, link)) for link in link_map.ids]


def _link_lines(story: Story, link: str) -> list[str]:
    told = [(side.name, _link_line(side, link)) for side in _sides(story) if link in side.links.index]
    return [link_name(story.network.links[link]), *(f"{name}: {line}" for name, line in told)]


def _link_line(side: Side, link: str) -> str:
    names = ("speed_kmh", "delay_s", "vehicles", "max_queue_m")
    speed, delay, vehicles, queue = (number(float(side.links[name][link]), 0) for name in names)
    text = _("{speed} km/h, delay {delay} s, {vehicles} vehicles, longest queue {queue} m")
    return text.format(speed=speed, delay=delay, vehicles=vehicles, queue=queue)


def _place(story: Story, row: IntersectionRow) -> dict[str, Any]:
    plans = [plan for side in _sides(story) for plan in side.plans if plan.controller_id == row.id]
    intersection = story.intersections.get(row.id)
    if intersection is None or not plans:
        return {"row": row, "rings": [], "same": False}
    span = max(plan.cycle_s for plan in plans)
    rings = [ring_of(plan, intersection, story.network.links, span_s=span) for plan in plans]
    return {"row": row, "rings": rings, "same": len(plans) > 1 and same_timing(*plans)}


def _charts(story: Story) -> dict[str, Markup]:
    sides = _sides(story)
    found = {"spread": spread_chart([(side.name, side.delay_quantiles_s) for side in sides])}
    if story.after is not None:
        before, after = ({seed: each.mean_delay_s for seed, each in side.summaries.items()} for side in sides)
        found["seeds"] = seeds_chart(before, after, (sides[0].name, sides[1].name))
    if story.trials:
        found["search"] = search_chart(story.trials, _present_delay_s(story.trials))
    return found


def _present_delay_s(trials: Sequence[Trial]) -> float:
    return next((trial.delay_s for trial in trials if trial.origin.startswith("present")), math.nan)


def _search_note(story: Story) -> str:
    if not story.trials:
        return ""
    tried = [trial for trial in story.trials if not trial.on_trial]
    stopped = sum(trial.stopped for trial in tried)
    text = _("{tried} candidates were tried in {runs} simulation runs; {stopped} of them were stopped early.")
    return text.format(
        tried=number(len(tried), 0), runs=number(story.trials[-1].runs_used, 0), stopped=number(stopped, 0)
    )
