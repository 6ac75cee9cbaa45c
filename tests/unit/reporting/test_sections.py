"""Sections that tell of what runs recorded over time, from runs that no simulator had to make."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from congestion_lab.metrics.corridors import corridors
from congestion_lab.metrics.summary import run_summary
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import LinkMap
from congestion_lab.reporting.maps.maplayers import map_layers
from congestion_lab.reporting.maps.playback import playback
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.sections.corridordiagram import band_corners, wave_of
from congestion_lab.reporting.sections.corridors import corridor_rows
from congestion_lab.reporting.sections.environment import class_name, environment
from congestion_lab.reporting.sections.reliability import reliability_section
from congestion_lab.reporting.sections.unserved import unserved_section
from congestion_lab.reporting.translation import speaking
from congestion_lab.simulation.spec import Controller
from tests.timedstories import LINKS_IN_ORDER, OUTSIDE, timed_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return timed_story(tmp_path)


def without(story: Story, name: str) -> Story:
    """The story of runs that did not record a table."""
    for side in (story.before, story.after):
        for result in side.runs.results if side else ():
            (result.folder / f"{name}.parquet").unlink()
    return story


def test_playback_shows_both_sides_at_the_same_moments(story: Story) -> None:
    made = playback(story, list(LINKS_IN_ORDER))
    assert made is not None
    before, after = made.data["frames"]
    assert len(before) == len(after) == len(made.data["texts"]) == len(made.data["places"]) == 30
    assert set(before) == {"11--"}  # 100 m in 20 s: 10 to 20 km/h
    assert set(after) == {"22--"}  # in 12 s: 20 to 30
    assert made.data["texts"][-1].startswith("00:30 · Present: 17.8 km/h, links below 10 km/h: 0 · Proposed: ")
    assert made.data["places"] == sorted(made.data["places"])
    period, (old, new) = made.quarters[0]
    assert (period, old[0], new[0]) == ("00:00–00:15", "17.8", "29.5")
    assert len(made.quarters) == 2


def test_corridors_tell_travel_times_before_and_after(story: Story) -> None:
    (row,) = corridor_rows(story)
    assert row.times == ("61 (60 to 61)", "37 (36 to 37)")
    assert (row.change, row.tone) == ("−24", "better")
    assert len(row.diagrams) == 2
    assert [signal.sides[0][:2] for signal in row.signals] == [("60 s, offset 0 s", "50\u202f%")] * 3
    assert row.facts == "0.3 km, 3 signals, 30 s at the speed limits"


def test_a_course_of_less_than_three_points_is_not_drawn_and_the_page_says_why(story: Story) -> None:
    def shortened(side: Side) -> Side:
        results = tuple(dataclasses.replace(result, ended_s=600.0) for result in side.runs.results)
        return dataclasses.replace(side, runs=dataclasses.replace(side.runs, outcomes=results))

    assert story.after is not None
    short = dataclasses.replace(story, before=shortened(story.before), after=shortened(story.after))
    (whole,), (row,) = corridor_rows(story), corridor_rows(short)
    assert whole.chart is not None
    assert row.chart is None
    assert "Not drawn: only the first minutes" in report_page(short)
    assert "Not drawn" not in report_page(story)


def test_green_bands_are_where_a_platoon_meets_green_at_every_signal(story: Story) -> None:
    """Greens of 30 s, all at once, 10 s apart at the speed limit: who starts in the first 10 s meets all three."""
    (row,) = corridor_rows(story)
    assert (
        row.diagrams[0].band
        == "Green band at the speed limits: 10 s of 60 s, 33\u202f% of the shortest green on the way."
    )
    (way,) = corridors(story.network, most=1)
    bands = list(band_corners(wave_of(way, story.before).wave, 600.0, 1200.0))
    assert ((600.0, 100.0), (610.0, 200.0), (620.0, 300.0), (630.0, 300.0), (620.0, 200.0), (610.0, 100.0)) in bands
    assert all(corner[0] % 60 <= 30 for band in bands for corner in band)
    assert min(band[0][0] for band in bands) <= 600 - 20 - 10
    assert max(band[0][0] for band in bands) >= 1140


def test_where_traffic_times_the_signals_nothing_is_said_of_their_greens(story: Story) -> None:
    runs = dataclasses.replace(story.before.runs, controller=Controller.ACTUATED)
    (row,) = corridor_rows(dataclasses.replace(story, before=dataclasses.replace(story.before, runs=runs)))
    assert row.diagrams[0].band.startswith("No green band")
    assert [signal.sides[0] for signal in row.signals] == [("timed by traffic", "–", "–")] * 3
    assert row.signals[0].sides[1][0] == "60 s, offset 0 s"


def test_the_environment_is_told_by_trip_by_kilometre_and_by_class(story: Story) -> None:
    made = environment(story)
    assert made is not None
    by_id = {figure.id: figure for figure in made.figures}
    assert (by_id["co2.per_vehicle_g"].before, by_id["co2.per_vehicle_g"].after) == ("202", "122")
    assert by_id["co2.per_km_g"].before == "505"
    assert re.fullmatch(r"\d\.\d{3}", by_id["nox.per_vehicle_g"].before)  # a city car emits some 50 mg
    assert (by_id["co2.per_km_g"].tone, by_id["co2.per_km_g"].relative) == ("better", "−39.6\u202f%")
    assert [(row.percent, row.share) for row in made.classes] == [(100.0, "100\u202f%")]
    assert any("car: HBEFA4/PC_petrol_Euro-3" in remark for remark in made.remarks)
    with speaking("ar"):
        assert [class_name(name) for name in ("microbus", "tram")] == ["سرفيس", "tram"]


def test_reliability_is_told_with_its_spread_over_seeds(story: Story) -> None:
    made = reliability_section(story)
    assert made is not None
    indices = {figure.id: figure for figure in made.figures}
    assert (indices["travel_time_index"].before, indices["travel_time_index"].after) == ("2.02", "1.22")
    assert made.spreads[0][0] == "0.01 (2.01 to 2.03)"


def test_unserved_demand_is_told_by_street_of_entry(story: Story) -> None:
    made = unserved_section(story)
    assert made is not None
    assert made.figures[0].before == made.figures[0].after == str(OUTSIDE)
    (place,) = made.entries
    assert place.sides == (("3", "600"), ("3", "600"))
    assert "\u202e" not in place.name
    (path,) = story.before.runs.inputs.route_files
    path.unlink()
    forgotten = unserved_section(story)
    assert forgotten is not None
    assert (forgotten.entries, forgotten.entries_known) == ((), False)


def test_layers_hold_a_digit_per_link_of_every_panel(story: Story) -> None:
    drawing = LinkMap(story.network)
    made = map_layers(story, drawing)
    assert made is not None
    assert [layer.id for layer in made.layers] == ["speed", "delay", "queue", "spillback", "los"]
    assert {len(panels) for panels in made.data.values()} == {3}
    assert [panel["links"] for panel in made.data["speed"]] == ["1111", "2222", "6666"]
    assert [panel["links"] for panel in made.data["los"]] == ["111-", "000-", "222-"]
    for panels in made.data.values():
        assert all(sorted(panel["order"]) == list(range(len(panel["keys"]))) for panel in panels)
    assert made.data["speed"][0]["order"][-1] == 0, "the slowest are drawn last"
    assert made.data["delay"][0]["order"][-1] == 5


def test_layers_that_nobody_measured_are_not_offered(story: Story) -> None:
    blind = dataclasses.replace(story.before, links=story.before.links.assign(max_queue_m=np.nan))
    made = map_layers(dataclasses.replace(story, before=blind), LinkMap(story.network))
    assert made is not None
    assert "queue" not in [layer.id for layer in made.layers]


def test_the_page_holds_every_section_and_nothing_harmful(story: Story) -> None:
    page = report_page(story)
    for section in ("map", "playback", "corridors", "unserved", "reliability", "environment"):
        assert f'<section id="{section}">' in page
        assert f'href="#{section}"' in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    found = re.search(r'id="page-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert set(data["layers"]) == {"speed", "delay", "queue", "spillback", "los"}
    assert set(data["playback"]) == {"keys", "frames", "texts", "places"}


def test_runs_of_earlier_versions_are_told_without_what_they_lack(story: Story) -> None:
    old = without(without(without(story, "link_intervals"), "passages"), "emissions")
    page = report_page(old)
    assert "did not record links over time" in page
    assert '<section id="corridors">' not in page
    assert '<section id="environment">' not in page
    assert '<section id="unserved">' in page
    assert run_summary(old.before.runs.results[0]).co2_kg is None
