import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.reporting.gathering import Side, Story, story_of_runs, story_of_study
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.trials import read_trials
from congestion_lab.signals.plan import PlanSet
from tests.servedruns import write_run_set
from tests.stories import HOSTILE


def _noted(side: Side, *notes: str) -> Side:
    inputs = dataclasses.replace(side.runs.inputs, notes=notes)
    return dataclasses.replace(side, runs=dataclasses.replace(side.runs, inputs=inputs))


def test_what_a_model_rests_on_stands_beside_the_verdict_and_among_the_assumptions(story: Story) -> None:
    note = "The present plans are <assumed>."
    page = report_page(dataclasses.replace(story, before=_noted(story.before, note), after=_noted(story.after, note)))  # type: ignore[arg-type] # there is one
    told = [found.start() for found in re.finditer("The present plans are &lt;assumed&gt;", page)]
    first, second = told
    assert page.index("in simulation") < first < page.index('id="figures"') < page.index('id="trust"') < second
    assert "Read with care" not in report_page(story)


def test_a_study_tells_how_it_searched(story: Story) -> None:
    study = {"random_seed": 7, "sumo_runs_allowed": 200, "best_origin": HOSTILE, "search": {"present": {"11": 1.0}}}
    page = report_page(dataclasses.replace(story, study=study))
    told = re.findall(r"<dt>([^<]*)</dt><dd><bdi>([^<]*)</bdi>", page)
    assert {("Seeds of the search", "11"), ("Random seed of the search", "7")} <= set(told)
    assert ("Seeds, Present", "1, 2, 3") in told


def test_a_study_tells_what_each_level_contributed(story: Story) -> None:
    levels = [
        {"name": "present", "plans": 1, "sumo_runs": 3, "seconds": 4.2, "engine_s": 0.0, "best_delay_s": None},
        {
            "name": "fast engine",
            "plans": 3400,
            "sumo_runs": 0,
            "seconds": 31.0,
            "engine_s": 30.0,
            "best_delay_s": 32.66,
        },
        {"name": HOSTILE, "plans": 17, "sumo_runs": 23, "seconds": 87.0, "engine_s": 3.0, "best_delay_s": 30.71},
    ]
    agreed = {"plans": 20, "rank_correlation": 0.814, "sumo_over_fast": 1.1, "spread": 0.1, "correction": "place"}
    tried = [{"number": 7, "mean_delay_s": 30.94, "seeds": 11}, {"number": HOSTILE, "mean_delay_s": None}, HOSTILE]
    study = {"levels": levels, "fast_engine": agreed, "ended": f"of {HOSTILE}", "trial": tried}
    page = report_page(dataclasses.replace(story, study=study))
    rows = re.findall(r"<tr><td>(\S+ \S+)</td>" + 4 * r"<td class=\"n\">([^<]*)</td>", page)
    assert rows[:2] == [("Present plan", "1", "3", "4", "–"), ("Fast engine", "3\u202f400", "0", "31", "32.7")]
    assert "Over the 20 plans that both judged" in page
    assert "rank correlation of 0.81" in page
    assert "The search ended because of &lt;script&gt;" in page
    assert "Candidate 7: 30.9 s over 11 seeds. Candidate –: – s over 0 seeds." in page
    assert "What each level contributed" not in report_page(story)


def test_an_offset_is_told_within_the_cycle(story: Story) -> None:
    (plan,) = story.before.plans
    moved = PlanSet((dataclasses.replace(plan, offset_s=-3.0),))
    page = report_page(dataclasses.replace(story, before=dataclasses.replace(story.before, plans=moved)))
    assert "cycle 53 s, offset 50 s" in page


class _Reader(HTMLParser):
    """Collects what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.fetched += [
            str(value) for name, value in attrs if name in {"src", "href"} and not str(value).startswith("#")
        ]


def test_a_page_runs_its_own_scripts_only_and_fetches_nothing(story: Story) -> None:
    page = report_page(story)
    reader = _Reader()
    reader.feed(page)
    assert reader.scripts == 2
    assert reader.fetched == []
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "default-src &#39;none&#39;" in page


def test_a_page_says_what_changed_and_what_failed(story: Story) -> None:
    page = report_page(story)
    assert "Significant improvement" in page
    assert "Mean delay falls from 31.0 s to 21.5 s" in page
    assert "seed 99: the run failed (sumo ended with code 1)" in page
    for section in ("summary", "figures", "map", "intersections", "search", "plans", "trust"):
        assert f'<section id="{section}">' in page


def test_a_page_of_one_side_compares_nothing(story: Story) -> None:
    page = report_page(dataclasses.replace(story, after=None, trials=(), study=None))
    assert "Nothing is compared" in page
    assert "Significant" not in page
    assert '<section id="search">' not in page


def test_a_page_without_link_tables_has_no_map(story: Story) -> None:
    before, after = (_without_details(side) for side in (story.before, story.after) if side is not None)
    page = report_page(dataclasses.replace(story, before=before, after=after))
    assert '<section id="map">' not in page
    assert '<section id="plans">' in page


def _without_details(side: Side) -> Side:
    return dataclasses.replace(side, links=side.links.iloc[:0], movements=side.movements.iloc[:0])


def test_the_page_data_is_json_with_a_text_per_link(story: Story) -> None:
    data = re.search(r'id="page-data">(.*?)</script>', report_page(story), re.DOTALL)
    assert data is not None
    content = json.loads(data[1])
    assert len(content["links"]) == len(story.network.links)
    assert set(re.findall(r'<svg class="chart (\w+)"', report_page(story))) == {"spread", "seeds", "searching"}


def test_an_unfinished_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="not finished"):
        story_of_study(tmp_path)


def test_more_than_two_run_sets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="3 were given"):
        story_of_runs([tmp_path] * 3)


def test_sides_without_a_shared_seed_are_refused(tmp_path: Path) -> None:
    for folder, seeds in (("one", (1, 3)), ("other", (2, 4))):
        write_run_set(tmp_path / folder, seeds=seeds, name=folder)
    with pytest.raises(ExperimentError, match=r"no seed was finished on both sides \(one: 1, 3; other: 2, 4\)"):
        story_of_runs([tmp_path / "one", tmp_path / "other"])


@pytest.mark.parametrize("text", ["{", "[{}]", '{"candidates": 3}', "3"])
def test_a_damaged_history_is_an_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(ExperimentError, match="damaged"):
        read_trials(path)
