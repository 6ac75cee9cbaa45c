"""`plan template` and `plan import`: present plans by tables, UTDF, GMNS and SUMO, and every word about them."""

from pathlib import Path

import pytest

from congestion_lab.signals.planfile import read_plan_file
from tests import gmnssignals, utdftown
from tests.cli.conftest import Run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A folder with a network `town` made of the file `town.csv`."""
    monkeypatch.chdir(tmp_path)
    utdftown.written(tmp_path)
    ended = run("network", "import", "town.csv", "-o", "town", "--anchor", "2,33.5,36.3")
    assert ended.code == 0, ended.err
    assert "you say that node 2 lies at 33.5, 36.3, and north is taken as up." in ended.out
    return tmp_path


def test_plans_of_utdf_into_a_network_of_utdf(run: Run, here: Path) -> None:
    ended = run("plan", "import", "town.csv", "--network", "town", "-o", "plans.json")
    assert ended.code == 0, ended.err
    assert "2 -> 2 (same id)" in ended.out
    assert "right turns on red after a stop: EBR." in ended.out
    assert "2 plans taken over, 0 not used, 0 kept; 0 errors" in ended.out
    content = read_plan_file(Path("plans.json"))
    assert content.provenance["kind"] == "utdf"
    assert [plan.offset_s for plan in content.plans] == [55, 21]
    assert run("plan", "show", "plans.json").code == 0


def test_from_the_template_to_a_simulation(run: Run, town: Path) -> None:
    assert run("plan", "template", "--scenario", "town.yaml", "-o", "table.csv").code == 0
    text = Path("table.csv").read_text(encoding="utf-8-sig")
    Path("table.csv").write_text(text.replace("present,", "morning,"), encoding="utf-8")
    told = run("plan", "import", "table.csv", "--scenario", "town.yaml", "-o", "plans.json", "--json").json
    assert told["kind"] == "table"
    assert told["unused"] == {}
    assert told["kept"] == []
    content = read_plan_file(Path("plans.json"))
    assert content.scenario == "town"
    assert {plan.program_id for plan in content.plans} == {"morning"}
    scenario = Path("town.yaml").read_text() + "signals: {plans: plans.json}\n"
    Path("with-plans.yaml").write_text(scenario)
    before, after = (run("simulate", name, "--seeds", "1", "--json").json for name in ("town.yaml", "with-plans.yaml"))
    assert {**before, "run_set": "", "name": ""} == {**after, "run_set": "", "name": ""}, "the same plans, the same run"


def test_unsafe_plans_are_told_and_left_as_they_are(run: Run, here: Path) -> None:
    run("plan", "template", "--network", "town", "-o", "table.csv")
    lines = Path("table.csv").read_text(encoding="utf-8-sig").splitlines()
    columns = lines[0].split(",")
    cells = lines[1].split(",")
    cells[columns.index("yellow_s")], cells[columns.index("cycle_s")] = "1", ""
    Path("table.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    ended = run("plan", "import", "table.csv", "--network", "town")
    assert ended.code == 0, ended.err
    assert "has 1 s of yellow; never less than 3 s" in ended.out
    assert "`plan check --repair` mends what can be mended" in ended.err
    assert run("plan", "check", "table-plans.json").code == 3


def test_bad_calls_and_bad_files(run: Run, here: Path) -> None:
    assert run("plan", "import", "town.csv").code == 2
    assert run("plan", "import", "nowhere.csv", "--network", "town").code == 3
    assert run("plan", "import", "town.csv", "--network", "town", "--match", "2").code == 2
    assert run("plan", "template", "--network", "town", "-o", "plans.pdf").code == 2
    assert run("network", "import", "town.csv", "-o", "other", "--anchor", "2").code == 3
    Path("plans.txt").write_text("controller,phase\n")
    ended = run("plan", "import", "plans.txt", "--network", "town")
    assert ended.code == 3
    assert "there is no column 'green_s'" in ended.err
    ended = run("plan", "import", "town", "--network", "town")
    assert ended.code == 3
    assert "plans need signal_timing_plan.csv" in ended.err
    assert run("plan", "import", "town.csv", "--network", "town", "--plan", "am").code == 3
    assert not list(here.glob("*-plans.json"))


def test_edits_of_tables_are_applied_on_every_import(run: Run, here: Path) -> None:
    Path("town/edits.yaml").write_text(
        "links:\n  - {link: 1-2, lanes: 2, why: the bays were built over}\nsignals:\n  - {node: 3, signal: false}\n"
    )
    for _ in range(2):
        told = run("network", "import", "town.csv", "-o", "town", "--json").json
        assert told["counts"]["signals"] == 1
        assert told["quality"]["edited"] == ["link 1-2: 2 lanes", "node 3: no signal"]
    assert "the bays were built over" in Path("town/edits.yaml").read_text()
    Path("town/edits.yaml").write_text("links:\n  - {link: 8-9, closed: true}\n")
    ended = run("network", "import", "town.csv", "-o", "town")
    assert ended.code == 3
    assert "there is no link '8-9' any more" in ended.err
    ended = run("network", "import", "town.csv", "-o", "other", "--fix")
    assert ended.code == 3
    assert "only maps of OpenStreetMap have roads to choose" in ended.err
    Path("net/edits.yaml").parent.mkdir()
    Path("net/edits.yaml").write_text("roads:\n  - {way: 1, closed: true}\n")
    ended = run("network", "import", "town/roads.net.xml.gz", "-o", "renamed", "--edits", "net/edits.yaml")
    assert ended.code == 3
    assert "edits are for maps and tables" in ended.err


def test_roads_and_plans_of_gmns(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    gmnssignals.written(Path("tables"))
    ended = run("network", "import", "tables", "-o", "net")
    assert ended.code == 0, ended.err
    assert "In the folder and not used for roads: signal_controller.csv, signal_coordination.csv," in ended.out
    told = run("plan", "import", "tables", "--network", "net", "-o", "plans.json", "--json").json
    (match,) = told["matches"]
    assert (match["theirs"], match["ours"], match["how"]) == ("c1", "x", "same name 'Hijaz'")
    assert not any("does not have" in note or "stay red" in note for note in match["notes"])
    (plan,) = read_plan_file(Path("plans.json")).plans
    assert (plan.cycle_s, plan.offset_s, plan.program_id) == (80, 5, "am")
