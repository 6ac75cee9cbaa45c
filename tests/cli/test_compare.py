"""Many run sets compared and ranked, as a user calls it."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Study, called

_SIMULATE = ("simulate", "town.yaml", "--engine", "queue", "-q", "--workers", "1")
_FOLDERS = [f"runs/{name}" for name in ("present", "again", "longer")]


@pytest.fixture(scope="session")
def _made_runs(_built_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    town = tmp_path_factory.mktemp("compared") / "town"
    shutil.copytree(_built_town, town)
    for folder, seeds in zip(_FOLDERS, ("3", "3", "4"), strict=True):
        assert called(town, *_SIMULATE, "--seeds", seeds, "-o", folder).code == 0
    return town


@pytest.fixture
def runs(_made_runs: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three run sets of one scenario, the last of which has a seed more; tests leave them as they are."""
    monkeypatch.chdir(_made_runs)
    return _FOLDERS


def test_three_runs_make_a_matrix_and_a_ranking(run: Run, runs: list[str]) -> None:
    told = run("compare", *runs, "--json").json
    assert told["baseline"] == "present"
    assert told["seeds"] == [1, 2, 3]
    assert told["left_out"] == {"longer": [4]}
    assert told["comparisons"] == 2 * len(told["indicators"])
    delay = told["indicators"]["mean_delay_s"]["against_baseline"]["again"]
    assert (delay["change"], delay["verdict"], delay["adjusted_p"]) == (0, "same", 1)
    assert {tuple(place["ranks_that_chance_leaves_open"]) for place in told["ranking"]["places"]} == {(1, 3)}
    words = " ".join(run("compare", *runs).out.split())
    assert "(baseline) again longer" in words
    assert "seeds 4 of longer" in words
    assert "Not recorded by all: co2_per_km_g" in words
    assert "1–3 present" in words


def test_the_baseline_and_the_weights_are_the_planners(run: Run, runs: list[str], tmp_path: Path) -> None:
    (tmp_path / "weights.yaml").write_text("mean_delay_s: 3\nstops: 1\n")
    for weights in (tmp_path / "weights.yaml", "delay=0.75,stops_per_veh=0.25"):
        told = run("compare", *runs, "--baseline", "again", "--weights", weights, "--json").json
        assert told["baseline"] == "again"
        assert told["ranking"]["weights"] == {"mean_delay_s": 0.75, "stops_per_veh": 0.25}
    by_folder = run("compare", *runs, "--baseline", "runs/longer", "--indicators", "speed", "--json").json
    assert by_folder["baseline"] == "longer"
    assert set(by_folder["indicators"]) == {"mean_delay_s", "mean_speed_kmh"}


def test_two_runs_make_a_matrix_where_an_order_is_asked(run: Run, runs: list[str]) -> None:
    assert "Ranked by mean speed" in run("compare", *runs[:2], "--rank-by", "speed").out
    assert "Ranked" not in run("compare", *runs[:2]).out


def test_what_cannot_be_meant_is_told(run: Run, runs: list[str], tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("mean_delay_s: 1\nbeauty: 2\nstops_per_veh: -1\n")
    for code, arguments, *told in (
        (2, ("--baseline", "nobody"), "none of the run sets: present, again, longer"),
        (2, ("--rank-by", "delay", "--weights", "delay=1"), "exclude each other"),
        (3, ("--rank-by", "travel_time"), "may be any of", "travel_time_index"),
        (3, ("--rank-by", "demanded_veh"), "is none of"),
        (3, ("--weights", "delay=1,mean_delay_s=2"), "a second time"),
        (3, ("--weights", "delay=nan"), "number above 0"),
        (3, ("--weights", "delay=1e308,stops=1e308"), "at most 1,000,000"),
        (3, ("--weights", "missing.yaml"), "missing.yaml", "cannot be read"),
        (
            3,
            ("--weights", tmp_path / "broken.yaml"),
            "broken.yaml:2",
            "'beauty'",
            "broken.yaml:3",
            "'stops_per_veh' is -1",
        ),
        (3, ("--rank-by", "co2_kg"), "ranked by co2_kg", "not recorded"),
    ):
        ended = run("compare", *runs, *arguments)
        assert ended.code == code, ended
        assert ended.out == ""
        assert all(words in ended.err for words in told), ended.err


def test_a_run_set_is_named_once(run: Run, runs: list[str]) -> None:
    ended = run("compare", *runs, runs[0])
    assert ended.code == 2
    assert "named twice" in ended.err


def test_runs_without_shared_seeds_are_refused(run: Run, runs: list[str], tmp_path: Path) -> None:
    assert run(*_SIMULATE, "--seeds", 2, "--seed", 3, "-o", tmp_path / "late").code == 0
    ended = run("compare", *runs, tmp_path / "late")
    assert ended.code == 3
    assert "share 1 seed and" in ended.err
    assert "late: 3, 4" in ended.err


def test_three_runs_are_reported_in_both_languages(run: Run, runs: list[str], tmp_path: Path) -> None:
    told = run("report", *runs, "--weights", "delay=1", "--lang", "both", "-o", tmp_path / "page.html", "--json").json
    english, arabic = (Path(told["reports"][language]).read_text(encoding="utf-8") for language in ("en", "ar"))
    assert "By the weighted change, these are tied whichever seeds are drawn" in english
    assert 'href="page.ar.html" hreflang="ar"' in english
    assert '<html lang="ar" dir="rtl"' in arabic
    assert "مقارنة مجموعات التشغيلات" in arabic
    alone = run("report", runs[0], "--rank-by", "delay", "-o", tmp_path / "alone.html")
    assert alone.code == 2
    assert "at least two run sets" in alone.err


@pytest.fixture
def studies(study: Study, tmp_path: Path) -> list[Path]:
    """One study under the names of two times of day."""
    folders = [tmp_path / f"town-signals-{period}" for period in ("am", "pm")]
    for folder in folders:
        shutil.copytree(study.folder, folder)
    return folders


def test_studies_stand_side_by_side(run: Run, studies: list[Path]) -> None:
    told = run("compare", *studies, "--json").json
    assert set(told["studies"]) == {"am", "pm"}
    delay = told["indicators"]["mean_delay_s"]
    assert delay["am"] == delay["pm"]
    assert delay["am"]["before"] > delay["am"]["after"]
    assert told["comparisons"] == 2 * len(told["indicators"])
    words = " ".join(run("compare", *studies).out.split())
    assert "indicator am pm" in words
    refused = run("compare", *studies, "--rank-by", "delay")
    assert (refused.code, refused.out) == (2, "")
    assert "these are studies" in refused.err
    page = studies[0].parent / "day.html"
    assert run("report", *studies, "--lang", "ar", "-o", page).code == 0
    assert "مقارنة الدراسات" in page.read_text(encoding="utf-8")
