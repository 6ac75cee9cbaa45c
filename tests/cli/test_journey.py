"""A planner's way from a scenario to an exported plan and a report, on a town of two signals."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from congestion_lab.exporting.formats import FORMATS
from congestion_lab.sumo.installation import binary, environment
from tests.cli.conftest import Run, Study, called

_PLAN = "runs/town-signals/best-plan.json"


def _runs(folder: Path) -> dict[str, int]:
    """Finished runs and when they were made."""
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("runs/*/run.json")}


@pytest.mark.usefixtures("town")
def test_files_are_validated(run: Run) -> None:
    assert run("scenario", "validate", "town.yaml").out == "town.yaml: a valid scenario\n"
    assert run("scenario", "validate", "search.yaml", "--json").json == {
        "file": "search.yaml",
        "kind": "experiment",
        "valid": True,
    }


def test_schemas_are_printed(run: Run) -> None:
    assert "network" in run("scenario", "schema").json["$defs"]["Scenario"]["properties"]
    assert "search" in run("scenario", "schema", "--of", "experiment").json["properties"]


def test_simulate_and_look_again(run: Run, town: Path) -> None:
    first = run("simulate", "town.yaml", "--seeds", "2", "--seed", "5", "--json", "-o", "out", "--workers", "1").json
    assert first["run_set"] == "out"
    assert first["status"] == {"5": "completed", "6": "completed"}
    assert set(first["indicators"]["mean_delay_s"]) == {"5", "6"}
    made = _runs(town / "out")
    again = run("simulate", "town.yaml", "--seeds", "2", "--seed", "5", "-o", "out", "--workers", "2", "-v")
    assert again.code == 0
    assert "town, seeds 5, 6" in again.out
    assert "Mean delay per demanded vehicle (s)" in again.out
    assert "Runs: 2 completed" in again.out
    assert "seed 6: completed" in again.err
    assert _runs(town / "out") == made
    assert not (town / "runs").exists()


def test_a_study_finds_better_plans_and_says_so(study: Study) -> None:
    summary = json.loads((study.folder / "summary.json").read_text())
    assert study.told["improved"] is True
    assert study.told["sumo_runs"] == summary["sumo_runs"] <= 14
    assert study.told["best_plan"] == _PLAN
    delay = study.told["indicators"]["mean_delay_s"]
    assert delay["seeds"] == [101, 102]
    assert delay["after"] < delay["before"]
    assert delay["high"] < 0
    assert set(summary["confirmation"]["best"]) == {"101", "102"}
    assert set(summary["search"]["best"]) == {"1", "2"}


def test_a_study_run_again_simulates_nothing_and_says_the_same(run: Run, study: Study) -> None:
    made, plan = _runs(study.folder), (study.folder / "best-plan.json").read_bytes()
    assert run("optimize", "search.yaml", "--json").json == study.told
    table = run("optimize", "search.yaml", "-q")
    assert "present → best plan, unseen seeds 101, 102" in table.out
    words = " ".join(table.out.split())
    assert (
        "asked better timings of all signals of town: fixed control, cycles of 85 to 95 s, in at most 14 sim" in words
    )
    assert "found new plans for 2 of 2 controllers, from: " in words
    assert "% lower on 2 unseen seeds: " in words
    assert "certified 0 of 2 controllers; a rule is breached or cannot be judged at x, y" in words
    assert study.told["not_certified"] == ["x", "y"]
    assert f"\n  congestion-lab plan certify {_PLAN}    # " in table.out
    assert table.err == ""
    assert _runs(study.folder) == made
    assert (study.folder / "best-plan.json").read_bytes() == plan


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a process group")
def test_an_interrupted_study_goes_on_where_it_was_and_comes_to_the_same_plan(town: Path, made_study: Study) -> None:
    # A shell starts what runs in its background deaf to Ctrl-C; a terminal's foreground listens.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{listening}; from congestion_lab.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "optimize", "search.yaml", "--workers", "1"],
        cwd=town,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    folder = town / "runs" / "town-signals"
    deadline = time.monotonic() + 60
    while len(_runs(folder)) < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert out == ""
    assert "interrupted" in err
    assert "goes on where it was" in err
    assert "Traceback" not in err
    finished = _runs(folder)
    assert 5 <= len(finished) < len(_runs(made_study.folder))
    assert not [path for path in folder.rglob(".*") if path.is_dir()], "an unfinished run was left behind"

    told = called(town, "optimize", "search.yaml", "--workers", "1", "--json").json
    assert told == made_study.told
    assert finished.items() <= _runs(folder).items()
    assert (folder / "best-plan.json").read_bytes() == (made_study.folder / "best-plan.json").read_bytes()


@pytest.mark.usefixtures("study")
def test_plans_are_checked_shown_and_repaired(run: Run, tmp_path: Path) -> None:
    checked = run("plan", "check", _PLAN)
    assert checked.code == 0
    assert "2 controllers checked: 0 errors" in checked.out
    assert "yellow-too-short" in checked.out
    mended = tmp_path / "mended.json"
    assert run("plan", "check", _PLAN, "--repair", "-o", mended, "--json").json["breaches"] == []
    assert run("plan", "check", mended, "--json").json == {"controllers": 2, "errors": 0, "breaches": []}
    shown = run("plan", "show", mended, "--controller", "x")
    assert shown.out.startswith("x\n  fixed, cycle ")
    assert "PROVEN" not in shown.out  # of the plans before they were mended
    assert "PROVEN in simulation: less delay than under the present plans (2 unseen" in run("plan", "show", _PLAN).out
    assert [plan["controller"] for plan in run("plan", "show", _PLAN, "--json").json] == ["x", "y"]


@pytest.mark.usefixtures("study")
def test_plans_are_certified_and_only_then_exported(run: Run, tmp_path: Path) -> None:
    refused = run("plan", "certify", _PLAN, "-o", tmp_path / "certificate.json")
    assert refused.code == 3
    assert "breached yellow" in refused.out
    assert "NOT CERTIFIED: none of the 2 controllers" in refused.out
    assert json.loads((tmp_path / "certificate.json").read_text())["marking"]["certified"] is False
    mended = tmp_path / "mended.json"
    run("plan", "check", _PLAN, "--repair", "-o", mended)
    assert run("plan", "certify", mended).code == 0
    shown = run("plan", "certify", mended, "--controller", "x")
    assert "Intergreens" in shown.out
    assert [one["controller_id"] for one in run("plan", "certify", mended, "--json").json["certificates"]] == ["x", "y"]

    to_folder = ("--format", "sumo", "-o", tmp_path / "plans")
    ended = run("plan", "export", _PLAN, *to_folder)
    assert ended.code == 3
    assert "--uncertified" in ended.err
    assert "x: yellow" in ended.err
    assert not list((tmp_path / "plans").glob("*"))
    (marked,) = run("plan", "export", _PLAN, *to_folder, "--uncertified", "--json").json
    assert "<!-- NOT CERTIFIED" in Path(marked).read_text(encoding="utf-8")
    (clean,) = run("plan", "export", mended, *to_folder, "--json").json
    assert "<!-- CERTIFIED: each of the 2" in Path(clean).read_text(encoding="utf-8")


def test_plans_are_analysed_beside_what_their_runs_measured(run: Run, study: Study) -> None:
    runs = study.folder / "best"
    shown = run("plan", "analyze", _PLAN, "--runs", runs)
    assert shown.code == 0
    assert "critical v/c" in shown.out
    assert "other plans" not in shown.err
    (one,) = run("plan", "analyze", _PLAN, "--runs", runs, "--controller", "x", "--json").json
    avenue = next(each for each in one["approaches"] if each["from_link"] == "w1")
    measured = next(each for each in one["simulated"]["movements"] if each["from_link"] == "w1")
    assert avenue["volume_vph"] == pytest.approx(measured["volume_vph"])
    assert 0 < avenue["delay_s"] < 80
    busiest = max(avenue["lane_groups"], key=lambda group: group["volume_vph"])
    assert busiest["measured_arrivals"]
    assert 0 <= busiest["arrivals_on_green"] <= 1
    assert busiest["platoon_ratio"] == pytest.approx(busiest["arrivals_on_green"] * one["cycle_s"] / busiest["green_s"])
    assert one["disagreements"]["los"] == one["los"]
    others = run("plan", "analyze", _PLAN, "--runs", study.folder / "present")
    assert "other plans" in others.err
    assert "constant rate" in others.err
    assert "const." in others.out


def test_green_waves_are_told_with_who_arrives_on_green(run: Run, study: Study) -> None:
    past = ("--through", "x,y")
    (street,) = run("plan", "corridors", _PLAN, "--runs", study.folder / "best", *past, "--json").json
    (ahead,) = street["directions"]
    assert [signal["controller"] for signal in ahead["signals"]] == ["x", "y"]
    assert ahead["cycle_s"] is None or 0 <= ahead["bandwidth_s"] <= ahead["least_green_s"]
    assert 0 < ahead["arrivals_on_green"] <= 1
    shown = run("plan", "corridors", _PLAN, "--network", study.town / "roads.net.xml", *past, "--speed", 40)
    assert "x → y" in shown.out
    assert run("plan", "corridors", _PLAN).code == 3
    assert "straight past three signals" in run("plan", "corridors", _PLAN, "--runs", study.folder / "best").out


@pytest.mark.usefixtures("study")
def test_a_schedule_is_checked_and_written(run: Run, tmp_path: Path) -> None:
    for name, source in (("night", "present"), ("day", "best")):
        run("plan", "check", Path(_PLAN).with_name(f"{source}-plan.json"), "--repair", "-o", tmp_path / f"{name}.json")
    week = tmp_path / "week.yaml"
    week.write_text(
        "name: week\nday_types:\n"
        "  - name: every-day\n"
        "    weekdays: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]\n"
        "    switches: [{at: '00:00', plans: night.json}, {at: '06:30', plans: day.json}]\n"
    )
    checked = run("plan", "schedule", "check", week)
    assert checked.code == 0, checked.out
    assert "night.json: 2 of 2 controllers certified\n" in checked.out
    assert "every-day 06:30 night → day: 2 controllers" in checked.out
    (written,) = run(
        "plan", "schedule", "write", week, "--day-type", "every-day", "-o", tmp_path / "d.xml", "--json"
    ).json
    text = Path(written).read_text(encoding="utf-8")
    assert "<!-- CERTIFIED" in text
    assert '<wautSwitch time="23400" to="congestion_lab.day"/>' in text
    assert run("plan", "schedule", "write", week, "--day-type", "holiday").code == 2


@pytest.mark.usefixtures("study")
def test_a_schedule_of_plans_that_are_not_certified_says_which_and_is_not_written(run: Run, tmp_path: Path) -> None:
    run("plan", "check", _PLAN, "--repair", "-o", tmp_path / "day.json")
    raw = json.loads((tmp_path / "day.json").read_text(encoding="utf-8"))
    shorter = [
        1.0 if "yellow" in each["aspects"] else each["duration_s"] for each in raw["plans"]["plans"][0]["intervals"]
    ]
    for interval, length in zip(raw["plans"]["plans"][0]["intervals"], shorter, strict=True):
        interval["duration_s"] = length
    (tmp_path / "night.json").write_text(json.dumps(raw), encoding="utf-8")
    week = tmp_path / "week.yaml"
    week.write_text(
        "name: week\nday_types:\n"
        "  - name: every-day\n"
        "    weekdays: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]\n"
        "    switches: [{at: '00:00', plans: night.json}, {at: '06:30', plans: day.json}]\n"
    )
    checked = run("plan", "schedule", "check", week)
    assert checked.code == 3
    assert (
        f"night.json: 1 of 2 controllers certified; not x. See `congestion-lab plan certify {tmp_path}" in checked.out
    )
    assert "day.json: 2 of 2 controllers certified\n" in checked.out
    assert "2 switches judged: 1 transition is not safe" in checked.out
    told = json.loads(run("plan", "schedule", "check", week, "--json").out)
    assert [(one["controllers"], one["certified"], one["not_certified"]) for one in told["plans"]] == [
        (2, 1, ["x"]),
        (2, 2, []),
    ]
    assert {one["clock"] for one in told["switches"]} == {"00:00", "06:30"}
    target = tmp_path / "day.add.xml"
    refused = run("plan", "schedule", "write", week, "--day-type", "every-day", "-o", target)
    assert refused.code == 3
    assert "1 of 2 controllers of night.json breaches a rule" in refused.err
    assert "controllers of day.json" not in refused.err
    assert not target.exists()
    over = run(
        "plan", "schedule", "write", week, "--day-type", "every-day", "-o", tmp_path / "day.json", "--uncertified"
    )
    assert over.code == 3
    assert "it would be overwritten" in over.err
    assert run("plan", "schedule", "write", week, "--day-type", "every-day", "-o", target, "--uncertified").code == 0
    assert "<!-- NOT CERTIFIED: 1 of 2 controllers of night.json" in target.read_text(encoding="utf-8")


def test_runs_on_another_network_are_refused(run: Run, study: Study, tmp_path: Path) -> None:
    content = json.loads((study.town / _PLAN).read_text(encoding="utf-8"))
    (tmp_path / "plan.json").write_text(json.dumps(content | {"network_digest": "0"}), encoding="utf-8")
    ended = run("plan", "analyze", tmp_path / "plan.json", "--runs", study.folder / "best")
    assert ended.code != 0
    assert "another network" in ended.err


@pytest.mark.usefixtures("study")
def test_nothing_is_exported_where_one_of_the_formats_cannot_be(run: Run, tmp_path: Path) -> None:
    handed = tmp_path / "handed"
    ended = run("plan", "export", _PLAN, "--format", "sumo", "--format", "utdf", "--uncertified", "-o", str(handed))
    assert ended.code == 3
    assert "utdf tells where roads run" in ended.err
    assert not handed.exists()


@pytest.mark.usefixtures("study")
def test_plans_are_exported_in_every_format(run: Run, tmp_path: Path) -> None:
    formats = [argument for name in FORMATS for argument in ("--format", name)]
    command = ("plan", "export", _PLAN, *formats, "--network", "roads.net.xml", "--uncertified")
    written = [Path(path) for path in run(*command, "-o", tmp_path / "plans", "--json").json]
    assert {path.suffix for path in written} == {".xml", ".csv", ".xlsx", ".sig"}
    assert set(written) == {path for path in (tmp_path / "plans").rglob("*") if path.is_file()}
    timings = next(path for path in written if path.name.endswith("timings.csv"))
    with timings.open(encoding="utf-8-sig", newline="") as stream:
        assert {row[0] for row in csv.reader(stream)} >= {"x", "y"}
    sheets = openpyxl.load_workbook(next(path for path in written if path.suffix == ".xlsx"))
    assert len(sheets.sheetnames) >= 2


@pytest.mark.usefixtures("study")
def test_timing_sheets_speak_arabic(run: Run, tmp_path: Path) -> None:
    command = ("plan", "export", _PLAN, "--format", "xlsx", "--uncertified", "--json")
    (english,) = run(*command, "-o", tmp_path / "en").json
    (arabic,) = run(*command, "--lang", "ar", "-o", tmp_path / "ar").json
    books = [openpyxl.load_workbook(path) for path in (english, arabic)]
    assert [[sheet.sheet_view.rightToLeft for sheet in book] for book in books] == [[False] * 3, [True] * 3]
    assert books[1].sheetnames[0] == "نظرة عامة"
    texts = [{cell.value for sheet in book for row in sheet.iter_rows() for cell in row} for book in books]
    assert {"الدورة (ثا)", "الإزاحة (ثا)", "أحمر شامل", "حصة الطور"} <= texts[1] - texts[0]
    assert not {"Cycle (s)", "Offset (s)", "All-red", "Split", "green", "red", "never"} & texts[1]


def test_help_lists_every_format(run: Run) -> None:
    lines = [line.split() for line in run("plan", "export", "--help").out.splitlines()]
    assert set(FORMATS) <= {line[0] for line in lines if line}


@pytest.mark.usefixtures("study")
def test_formats_that_draw_roads_ask_for_them(run: Run, tmp_path: Path) -> None:
    for format in ("utdf", "gmns"):
        ended = run("plan", "export", _PLAN, "--format", format, "--uncertified", "-o", tmp_path / "plans")
        assert (ended.code, ended.out) == (3, "")
        assert "--network" in ended.err
    assert not (tmp_path / "plans").exists()
    assert run("plan", "export", _PLAN, "--format", "sumo", "--variant", "x", "-o", tmp_path / "plans").code == 2


@pytest.mark.usefixtures("study")
def test_a_network_that_lies_nowhere_on_earth_has_no_geojson(run: Run, tmp_path: Path) -> None:
    ended = run("network", "geojson", "runs/town-signals/best", "-o", tmp_path / "town.geojson")
    assert ended.code == 3
    assert "no geographic projection" in ended.err
    assert run("network", "geojson", tmp_path, "-o", tmp_path / "town.geojson").code == 3


def test_the_exported_plan_in_bare_sumo_gives_the_delay_of_the_study_to_the_digit(
    run: Run, study: Study, tmp_path: Path
) -> None:
    (file,) = run("plan", "export", _PLAN, "--format", "sumo", "-o", tmp_path, "--uncertified", "--json").json
    summary = json.loads((study.folder / "summary.json").read_text())
    for seed, inside in summary["confirmation"]["best"].items():
        assert _delay_in_bare_sumo(study.town, file, seed, tmp_path / "trips.xml") == pytest.approx(inside, rel=1e-12)


def _delay_in_bare_sumo(town: Path, additional: str, seed: str, trips: Path) -> float:
    files = (
        "-n",
        "roads.net.xml",
        "-r",
        "demand.rou.xml",
        "-a",
        additional,
        "--seed",
        seed,
        "--tripinfo-output",
        trips,
    )
    counted = ("--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted", "--time-to-teleport", "-1")
    period = ("--begin", "0", "--end", "360", "--no-step-log")
    command = [binary("sumo"), *files, *counted, *period]
    subprocess.run(command, cwd=town, env=dict(environment()), check=True, capture_output=True)
    found = ET.parse(trips).getroot().iter("tripinfo")  # noqa: S314 -- SUMO wrote it
    delays = [float(trip.get("timeLoss", "")) + float(trip.get("departDelay", "")) for trip in found]
    assert len(delays) == 180
    return sum(delays) / len(delays)


@pytest.mark.usefixtures("study")
def test_sides_are_compared(run: Run) -> None:
    sides = ("runs/town-signals/present", "runs/town-signals/best")
    (compared,) = run("compare", *sides, "--json").json
    assert (compared["before"], compared["after"], compared["same_scenario"]) == ("present", "best", True)
    assert compared["indicators"]["mean_delay_s"]["significant"] is True
    table = run("compare", *sides)
    assert "present → best" in table.out
    assert "better" in table.out


def test_seeds_of_one_side_only_are_left_out_and_named(run: Run, town: Path) -> None:
    for folder, seeds in (("one", "2"), ("two", "3")):
        assert run("simulate", "town.yaml", "--seeds", seeds, "-o", folder, "--workers", "1").code == 0
        shutil.copytree(town / "one" / "runs", town / "two" / "runs", dirs_exist_ok=True)
    compared = run("compare", "one", "two")
    assert compared.code == 0
    assert "one side only has them: seeds 3" in " ".join(compared.out.split())
    assert "same" in compared.out


@pytest.mark.usefixtures("study")
def test_a_study_and_a_run_set_are_reported(run: Run, tmp_path: Path) -> None:
    for source in ("runs/town-signals", "runs/town-signals/best"):
        page = tmp_path / "page.html"
        assert run("report", source, "-o", page, "--json").json["report"] == str(page)
        text = page.read_text(encoding="utf-8")
        assert text.lower().startswith("<!doctype html>")
        assert "town" in text
        page.unlink()


def test_a_net_is_checked_and_drawn(run: Run, town: Path) -> None:
    checked = run("network", "check", "roads.net.xml")
    assert checked.code == 3  # one-way streets that lead out of town and not back
    assert "roads.net.xml: " in checked.out
    assert run("network", "show", "roads.net.xml", "-o", "town.svg", "--json").json == {"picture": "town.svg"}
    assert (town / "town.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_network_folder_is_built_checked_and_drawn(run: Run, toy_model: Path, tmp_path: Path) -> None:
    built = run("network", "build", toy_model, "--json").json
    assert run("network", "build", toy_model, "--json").json == built
    assert Path(built["net"]) == toy_model / "toy.net.xml.gz"
    checked = run("network", "check", toy_model)
    assert checked.code == 0, checked.out
    assert " 0 errors" in checked.out
    assert run("network", "show", toy_model, "-o", tmp_path / "toy.svg").code == 0
    (toy_model / "toy.net.xml.gz").unlink()
    unbuilt = run("network", "check", toy_model)
    assert unbuilt.code == 3
    assert "network build" in unbuilt.err


def test_the_doctor_looks_at_sumo(run: Run) -> None:
    found = {one["what"]: one for one in json.loads(run("doctor", "--json").out)}
    assert found["SUMO"]["ok"]
    assert found["SUMO simulates"]["ok"]
    assert run("doctor").out.startswith("ok    congestion-lab")
