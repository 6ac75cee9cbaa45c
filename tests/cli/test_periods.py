"""Several times of day in one scenario file: chosen by `--period`, told side by side."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_DAY = """\
name: town-day
network: {file: roads.net.xml}
periods:
  rush:
    demand: {routes: [demand.rou.xml]}
    period: {begin: "00:00", end: "00:06"}
  calm:
    demand: {routes: [demand.rou.xml], scale: 0.5}
    period: {begin: "00:00", end: "00:05"}
"""
_EXPERIMENT = """\
name: town-study
scenario: day.yaml
search: {sumo_runs: 6, seeds: [1, 2], min_cycle_s: 85, max_cycle_s: 95}
confirm: {seeds: [101, 102]}
"""
_BOTH = ("--period", "all")
_QUICK = ("--seeds", "2", "--workers", "1")


@pytest.fixture
def day(town: Path) -> Path:
    (town / "day.yaml").write_text(_DAY)
    (town / "study.yaml").write_text(_EXPERIMENT)
    return town


def _made(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder / "runs").rglob("run.json")}


@pytest.mark.usefixtures("day")
def test_a_family_is_validated(run: Run) -> None:
    assert run("scenario", "validate", "day.yaml").out == "day.yaml: a valid scenario for rush, calm\n"
    assert run("scenario", "validate", "study.yaml", "--json").json["periods"] == ["rush", "calm"]


@pytest.mark.usefixtures("day")
def test_one_period_is_a_scenario_like_any_other(run: Run) -> None:
    told = run("simulate", "day.yaml", "--period", "rush", *_QUICK, "--json").json
    plain = run("simulate", "town.yaml", *_QUICK, "--json").json
    assert told["run_set"] == "runs/town-day-rush"
    assert told["indicators"] == plain["indicators"]
    named = run("simulate", "day.yaml", "--period", "rush", *_QUICK, "-o", "mine", "--json").json
    assert named["run_set"] == "mine"


def test_all_periods_are_simulated_and_told_side_by_side(run: Run, day: Path) -> None:
    told = run("simulate", "day.yaml", *_BOTH, *_QUICK, "--json").json["periods"]
    assert {name: one["run_set"] for name, one in told.items()} == {
        "rush": "runs/town-day-rush",
        "calm": "runs/town-day-calm",
    }
    delays = {name: one["indicators"]["mean_delay_s"] for name, one in told.items()}
    assert all(delays["calm"][seed] < delays["rush"][seed] for seed in ("1", "2"))
    made = _made(day)
    table = run("simulate", "day.yaml", "--period", "calm", "--period", "rush", *_QUICK).out
    (head,) = [line.split() for line in table.splitlines() if line.strip().startswith("indicator")]
    assert head == ["indicator", "calm", "rush"]
    (demanded,) = [line.split() for line in table.splitlines() if line.strip().startswith("Demanded")]
    assert demanded[-6:] == ["90", "±", "0", "180", "±", "0"]
    assert table.index("run set: runs/town-day-calm") < table.index("run set: runs/town-day-rush")
    assert _made(day) == made


@pytest.mark.usefixtures("day")
def test_the_run_sets_of_periods_are_compared_and_reported(run: Run) -> None:
    told = run("simulate", "day.yaml", *_BOTH, *_QUICK, "-o", "out", "--engine", "queue", "--json").json["periods"]
    folders = [one["run_set"] for one in told.values()]
    assert folders == ["out/town-day-rush-queue", "out/town-day-calm-queue"]
    compared = run("compare", *folders)
    assert compared.code == 0
    assert "The two sides are different scenarios." in " ".join(compared.out.split())
    assert run("report", *folders, "-o", "day.html").code == 0
    assert "town-day-calm" in Path("day.html").read_text()


def test_each_period_has_a_study_of_its_own_that_goes_on_where_it_was(run: Run, day: Path) -> None:
    both = run("optimize", "study.yaml", *_BOTH, "--json").json["periods"]
    assert {name: one["best_plan"] for name, one in both.items()} == {
        "rush": "runs/town-study-rush/best-plan.json",
        "calm": "runs/town-study-calm/best-plan.json",
    }
    assert all(Path(one["best_plan"]).is_file() for one in both.values())
    made = _made(day)
    table = run("optimize", "study.yaml", *_BOTH)
    assert table.code == 0
    assert _made(day) == made
    lines = [line.split() for line in table.out.splitlines()]
    assert ["rush", "calm"] in lines
    for side, word in (("before", "present"), ("after", "found")):
        means = [f"{one['indicators']['mean_delay_s'][side]:.1f}" for one in both.values()]
        assert [word, "(s)", *means] in lines


@pytest.mark.usefixtures("day")
def test_what_fails_in_one_period_is_told_with_its_name(run: Run) -> None:
    routes = Path("demand.rou.xml").read_text()
    Path("odd.rou.xml").write_text(routes.replace("</routes>", '<vType id="odd" carFollowModel="ESP"/></routes>'))
    Path("day.yaml").write_text(_DAY.replace("[demand.rou.xml], scale: 0.5", "[odd.rou.xml]"))
    ended = run("simulate", "day.yaml", *_BOTH, *_QUICK)
    assert ended.code == 5
    assert "error: calm: seeds 1, 2 failed" in ended.err
    assert "2 failed" in ended.out


_COMMANDS = {
    "simulate": ("simulate", "{file}"),
    "calibrate": ("calibrate", "{file}"),
    "cameras": ("demand", "cameras", "{file}", "--budget", "1"),
    "demand": ("demand", "calibrate", "{file}", "--counts", "counts.csv"),
}


@pytest.mark.parametrize("command", [*_COMMANDS, "optimize"])
def test_a_period_is_asked_for_where_there_are_several_and_only_there(run: Run, day: Path, command: str) -> None:
    words = _COMMANDS.get(command, ("optimize", "{file}"))
    family, plain = ("study.yaml", "search.yaml") if command == "optimize" else ("day.yaml", "town.yaml")
    on_family = [word.format(file=family) for word in words]
    before = set(day.rglob("*"))
    for ended, told in (
        (run(*on_family), "choose by `--period`: rush, calm"),
        (run(*on_family, "--period", "noon"), "has no period 'noon'; choose one of rush, calm"),
        (run(*(word.format(file=plain) for word in words), "--period", "rush"), "leave `--period` out"),
    ):
        assert ended.code == 2
        assert told in " ".join(ended.err.split())
        assert ended.out == ""
    if command not in {"simulate", "optimize"}:
        ended = run(*on_family, "--period", "all")
        assert ended.code == 2
        assert "name one period" in " ".join(ended.err.split())
    assert set(day.rglob("*")) == before


def test_other_commands_work_on_one_period(run: Run, day: Path) -> None:
    told = run("demand", "cameras", "day.yaml", "--period", "calm", "--budget", "1", "--json").json
    assert told["vehicles"] == 90
    fitted = run("calibrate", "day.yaml", "--period", "calm", "--seeds", "1", "--json").json
    assert fitted["scenario"] == "town-day-calm"
    head = "link_id,ib_link_id,ob_link_id,begin,end,class,vehicles\n"
    (day / "counts.csv").write_text(f"{head}w1,,,00:00,00:05,,36\n")
    quick = ("--counts", "counts.csv", "--slice", "5", "--sumo-runs", "0")
    told = run("demand", "calibrate", "day.yaml", "--period", "calm", *quick, "--json").json
    assert told["scenario"] == "runs/town-day-calm-calibrated/scenario.yaml"
    assert run("scenario", "validate", told["scenario"]).code == 0


def test_a_period_that_is_faulty_stops_all_before_anything_runs(run: Run, day: Path) -> None:
    (day / "day.yaml").write_text(_DAY.replace("scale: 0.5", "scale: 0"))
    before = set(day.rglob("*"))
    ended = run("simulate", "day.yaml", "--period", "rush")
    assert ended.code == 3
    assert "day.yaml:8: `periods.calm.demand.scale`" in ended.err
    assert set(day.rglob("*")) == before


def test_every_model_of_a_folder_is_built_by_one_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "demand").mkdir()
    for name in ("network.yaml", "damascus.net.xml.gz", "demand/zones.csv", "demand/lines.csv"):
        shutil.copy(_DAMASCUS / name, tmp_path / name)
    base = (_DAMASCUS / "demand/am-peak.yaml").read_text(encoding="utf-8")
    quick = base
    for old, new in (("iterations: {value: 20", "iterations: {value: 1"), ("\n  value: 0.30\n", "\n  value: 0.04\n")):
        assert old in quick
        quick = quick.replace(old, new)
    (tmp_path / "demand/am-peak.yaml").write_text(quick)
    (tmp_path / "demand/night.yaml").write_text(
        "name: night\nbased_on: am-peak\nlevel: {value: 0.01, assumption: most people sleep}\n"
    )
    told = run("demand", "build", tmp_path, "--model", "all", "--json").json
    told, lines = told["demands"], told["lines"]
    assert lines["am-peak"]["microbus"]["replaced_share"] == 1  # many lines, hardly any trips
    assert lines["night"]["microbus"]["lines_km"] == lines["am-peak"]["microbus"]["lines_km"]
    assert {name: Path(path).name for name, path in told.items()} == {
        "am-peak": "am-peak.rou.xml.gz",
        "night": "night.rou.xml.gz",
    }
    assert Path(told["night"]).stat().st_size < Path(told["am-peak"]).stat().st_size


def test_all_models_go_without_a_table_and_a_target(run: Run, tmp_path: Path) -> None:
    assert run("demand", "build", tmp_path, "--model", "all", "-o", "x.rou.xml").code == 2
    assert run("demand", "build", tmp_path, "--model", "all", "--od", "x.csv").code == 2
