"""What cannot be used is refused with a word that helps: place, rule, next step; nothing is printed or left behind."""

import importlib.metadata
import json
import shutil
from pathlib import Path

import pytest

from tests import roads
from tests.cli.conftest import Ended, Run, Study

_ENTITY = '<!DOCTYPE routes [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<routes>&x;</routes>'
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<routes id="&b;"/>'


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def _refused(ended: Ended, *told: str, code: int = 3) -> None:
    assert ended.code == code, ended
    assert ended.out == ""
    assert "Traceback" not in ended.err
    for part in told:
        assert part in ended.err, ended.err


def _change(file: str, old: str, new: str) -> None:
    path = Path(file)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


SCENARIO_FAULTS = {
    "unknown key": ("period:", "perod:", ["town.yaml:4: `perod`: unknown key", "did you mean `period`?"]),
    "unknown key inside": ("end:", "ende:", ["town.yaml:4: `period.ende`: unknown key", "did you mean `end`?"]),
    "wrong unit": ('"00:06"', "360 s", ["town.yaml:4: `period.end`", "'360 s' is not a time like 07:30", "00"]),
    "number for a time": (
        '"00:06"',
        "360",
        ["town.yaml:4: `period.end`", "text like 07:30", "write hours and minutes"],
    ),
    "missing net": ("roads.net.xml", "road.net.xml", ["town.yaml:2: `network.file`", "there is no file", "'roads.net"]),
    "missing routes": ("demand.rou.xml", "x.xml", ["town.yaml:3: `demand.routes[0]`", "there is no file"]),
    "empty period": ('"00:06"', '"00:00"', ["town.yaml:4: `period`", "the period is empty", "25:00"]),
    "no demand": ("demand: {", "#", ["town.yaml", "`demand`", "this key is missing", "add it"]),
    "name that climbs": ("name: town", "name: ../town", ["town.yaml:1: `name`", "no safe file name", "use up to 80"]),
    "absolute name": ("name: town", "name: /town", ["town.yaml:1: `name`", "no safe file name"]),
    "nothing demanded": (
        'begin: "00:00", end: "00:06"',
        'begin: "02:00", end: "03:00"',
        ["no vehicle departs", "times"],
    ),
    "closed link": ("period:", "closures: [w9]\nperiod:", ["`closures`", "'w9' is not in the network", "check its id"]),
    "no YAML": ("network: {", "network: {{", ["town.yaml:", "no valid YAML"]),
    "key twice": ("name: town", "name: town\nname: x", ["town.yaml:2: `name`", "stands twice", "keep one"]),
    "code": ("name: town", "name: !!python/object/apply:os.getcwd []", ["town.yaml:1: `name`", "the tag"]),
}


@pytest.mark.parametrize("case", SCENARIO_FAULTS)
def test_a_faulty_scenario(run: Run, town: Path, case: str) -> None:
    old, new, told = SCENARIO_FAULTS[case]
    _change("town.yaml", old, new)
    before = _files(town)
    _refused(run("simulate", "town.yaml"), *told)
    _refused(run("optimize", "search.yaml"), *told)
    assert _files(town) == before


EXPERIMENT_FAULTS = {
    "unknown key": ("sumo_runs", "sumo_rns", ["search.yaml:3: `search.sumo_rns`", "did you mean `sumo_runs`?"]),
    "missing scenario": ("town.yaml", "twn.yaml", ["search.yaml:2: `scenario`", "did you mean 'town.yaml'?"]),
    "name that climbs": ("town-signals", "../../x", ["search.yaml:1: `name`", "no safe file name"]),
    "seeds seen before": ("101", "1", ["search.yaml", "both searched and confirmed"]),
    "no such signal": ("sumo_runs", "signals: [z], sumo_runs", ["'z'"]),
}


@pytest.mark.parametrize("case", EXPERIMENT_FAULTS)
def test_a_faulty_experiment(run: Run, town: Path, case: str) -> None:
    old, new, told = EXPERIMENT_FAULTS[case]
    _change("search.yaml", old, new)
    before = _files(town)
    _refused(run("optimize", "search.yaml"), *told)
    assert _files(town) == before


@pytest.mark.usefixtures("town")
def test_a_scenario_and_an_experiment_that_are_mixed_up_are_told_by_name(run: Run) -> None:
    for command, file, told in (
        ("simulate", "search.yaml", "this is an experiment, no scenario"),
        ("optimize", "town.yaml", "this is a scenario, no experiment"),
    ):
        ended = run(command, file)
        _refused(ended, f"{file}:2: {told}")
        assert ended.err.count("error: ") == 1


def test_all_faults_come_at_once(run: Run, town: Path) -> None:
    (town / "town.yaml").write_text("nam: x\nnetwork: {file: nowhere.xml}\ndemand: {routes: []}\nperiod: {begin: 7}\n")
    ended = run("scenario", "validate", "town.yaml")
    _refused(ended, "`nam`", "`name`", "`network.file`", "`demand`", "`period.begin`")
    assert ended.err.count("error: ") == 5


FILE_FAULTS = {
    "net that is none": ("roads.net.xml", "<osm><node/></osm>", ["roads.net.xml:1:", "root element is <osm>"]),
    "net without links": ("roads.net.xml", "<net/>", ["roads.net.xml", "no link"]),
    "net that is no XML": ("roads.net.xml", "name,length\n", ["roads.net.xml:1:", "well-formed", "right file?"]),
    "net cut off": ("roads.net.xml", "<net>\n<edge>", ["roads.net.xml:2:", "well-formed"]),
    "empty net": ("roads.net.xml", "", ["roads.net.xml", "well-formed"]),
    "packed net cut off": ("roads.net.xml", "\x1f\x8b\x08", ["roads.net.xml", "unpacked"]),
    "external entity": ("demand.rou.xml", _ENTITY, ["demand.rou.xml:1:", "document type", "remove the DOCTYPE"]),
    "entities that multiply": ("demand.rou.xml", _BOMB, ["demand.rou.xml:1:", "document type"]),
    "schema elsewhere": (
        "demand.rou.xml",
        f'<routes xmlns:xsi="{_XSI}" xsi:noNamespaceSchemaLocation="http://example.org/evil.xsd"/>',
        ["demand.rou.xml:1:", "external reference", "remove"],
    ),
    "routes on other links": (
        "demand.rou.xml",
        '<routes>\n<vehicle id="v" depart="1"><route edges="w1 nowhere"/></vehicle>\n</routes>',
        ["demand.rou.xml:2: `edges`", "'nowhere' is not in the network", "belong together?"],
    ),
    "no vehicle": ("demand.rou.xml", "<routes/>", ["no vehicle departs in the period", "demand.rou.xml", "`period`"]),
    "flow of nobody": (
        "demand.rou.xml",
        '<routes><flow id="f" begin="0" end="300" number="0"><route edges="w1 w2"/></flow></routes>',
        ["no vehicle departs in the period"],
    ),
}


@pytest.mark.parametrize("case", FILE_FAULTS)
def test_a_faulty_file(run: Run, town: Path, case: str) -> None:
    name, text, told = FILE_FAULTS[case]
    (town / name).write_bytes(text.encode("latin-1"))
    before = _files(town)
    _refused(run("simulate", "town.yaml"), *told)
    assert _files(town) == before
    if name == "roads.net.xml":
        _refused(run("network", "check", name), "roads.net.xml")
        _refused(run("network", "show", name), "roads.net.xml")
        assert _files(town) == before


@pytest.mark.parametrize("target", ["../stolen.xml", "/stolen.xml", "C:\\stolen.xml", "sub/../../stolen.xml"])
def test_an_output_that_leaves_the_folder(run: Run, town: Path, target: str) -> None:
    detector = f'<inductionLoop id="d" lane="w1_0" pos="10" period="60" file="{target}"/>'
    (town / "more.add.xml").write_text(f"<additional>\n{detector}\n</additional>")
    _change("town.yaml", "period:", "additional: [more.add.xml]\nperiod:")
    before = _files(town)
    _refused(
        run("simulate", "town.yaml"),
        "more.add.xml:2: `inductionLoop.file`",
        repr(target),
        "outside the scenario's folder",
        "name a file in the same folder",
    )
    assert _files(town) == before


def test_an_include_that_leaves_the_folder(run: Run, town: Path) -> None:
    (town / "demand.rou.xml").write_text('<routes>\n<include href="../secret.xml"/>\n</routes>')
    _refused(run("simulate", "town.yaml"), "demand.rou.xml:2: `include.href`", "outside the scenario's folder")


def test_a_net_without_signals_has_none_to_search(run: Run, town: Path) -> None:
    (town / "roads.net.xml").write_bytes(roads.road(town / "plain").read_bytes())
    roads.routes(town, roads.flow("f", "main", 10, end_s=300))
    before = _files(town)
    _refused(run("optimize", "search.yaml"), "roads.net.xml: the network has no signals", "build it with signal")
    assert _files(town) == before


@pytest.mark.parametrize("arguments", [("simulate",), ("optimize",), ("scenario", "validate"), ("plan", "check")])
@pytest.mark.usefixtures("town")
def test_a_file_that_is_not_there(run: Run, arguments: tuple[str, ...]) -> None:
    _refused(run(*arguments, "nowhere.yaml"), "nowhere.yaml: ", "check the path")
    _refused(run(*arguments, "."), "directory")


@pytest.mark.parametrize(
    "arguments",
    [
        ("network", "show", "roads.net.xml", "-o", "roads.net.xml"),
        ("demand", "build", ".", "--od", "town.yaml", "-o", "./town.yaml"),
        ("demand", "cameras", "town.yaml", "--budget", "1", "-o", "town.yaml"),
        ("calibrate", "town.yaml", "-o", "town.yaml"),
        ("plan", "import", "town.yaml", "--scenario", "roads.net.xml", "-o", "town.yaml"),
        ("plan", "import", "town.yaml", "--network", "roads.net.xml", "-o", "roads.net.xml"),
        ("plan", "import", ".", "--network", "roads.net.xml", "-o", "town.yaml"),
    ],
)
def test_a_result_never_takes_the_place_of_what_it_is_made_from(
    run: Run, town: Path, arguments: tuple[str, ...]
) -> None:
    before = {path: path.read_bytes() for path in _files(town) if path.is_file()}
    _refused(run(*arguments), "`--out`: this is what is read; it would be overwritten", "choose another place")
    assert {path: path.read_bytes() for path in _files(town) if path.is_file()} == before


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("demand", "cameras", "town.yaml", "--budget", "1", "--flow-weight"),
        ("demand", "calibrate", "town.yaml", "--counts", "counts.csv", "--prior-error"),
        ("demand", "speeds", "t.csv", "runs/town", "--tolerance-m"),
        ("network", "speeds", "runs/town", "--around", "33.5", "36.3"),
        ("optimize", "search.yaml", "--minutes"),
    ],
)
@pytest.mark.usefixtures("town")
def test_numbers_that_are_none_are_refused(run: Run, arguments: tuple[str, ...], value: str) -> None:
    _refused(run(*arguments, value), arguments[-1] if arguments[-1].startswith("--") else "--around", code=2)


@pytest.mark.usefixtures("fresh_sumo")
@pytest.mark.parametrize("version", [None, "1.20.0"])
def test_sumo_missing_or_of_another_version(
    run: Run, town: Path, toy_model: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    real = importlib.metadata.version

    def pretended(name: str) -> str:
        if name != "eclipse-sumo":
            return real(name)
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(importlib.metadata, "version", pretended)
    told = ("SUMO is not installed" if version is None else "SUMO 1.20.0 is installed, but 1.28", "make setup")
    before = _files(town) | _files(toy_model)
    for command in (("simulate", "town.yaml"), ("optimize", "search.yaml"), ("network", "build", toy_model)):
        _refused(run(*command), *told, code=4)
    assert _files(town) | _files(toy_model) == before
    doctor = run("doctor")
    assert doctor.code == 4
    assert "FAIL  SUMO" in doctor.out
    assert "Traceback" not in doctor.err


def _edited(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def copied(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of our own, which may be spoilt."""
    folder = tmp_path / "town"
    shutil.copytree(study.town, folder)
    monkeypatch.chdir(folder)
    return folder / "runs" / "town-signals"


def test_a_run_of_another_version(run: Run, copied: Path) -> None:
    for file in copied.glob("runs/*/run.json"):
        _edited(file, format=99)
    told = ("run format 99; this version reads format 1", "another folder (-o)")
    _refused(run("optimize", "search.yaml"), *told)
    _refused(run("compare", copied / "present", copied / "best"), *told)
    _refused(run("report", copied, "-o", "page.html"), *told)
    assert not Path("page.html").exists()


def test_a_run_set_and_a_plan_of_another_version(run: Run, copied: Path) -> None:
    _edited(copied / "best" / "runset.json", format=7)
    _refused(run("compare", copied / "present", copied / "best"), "run-set format 7", "Simulate again")
    _edited(copied / "best-plan.json", format=7)
    for command in (("plan", "check"), ("plan", "show"), ("simulate", "town.yaml", "--plan")):
        _refused(run(*command, copied / "best-plan.json"), "best-plan.json:1: `format`", "format 7")


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, '{"format": 1, "runs": 3}', "\0\1\2"])
def test_damaged_files_of_a_study(run: Run, copied: Path, text: str) -> None:
    for name in ("best/runset.json", "summary.json", "history.json"):
        kept = (copied / name).read_bytes()
        (copied / name).write_text(text)
        _refused(run("report", copied, "-o", "page.html"))
        (copied / name).write_bytes(kept)
    (copied / "best-plan.json").write_text(text)
    _refused(run("plan", "check", copied / "best-plan.json"))
    _refused(run("plan", "export", copied / "best-plan.json", "--format", "sumo", "-o", "plans"))
    assert not Path("plans").exists()
    assert not Path("page.html").exists()


def test_a_damaged_log_of_a_study(run: Run, copied: Path) -> None:
    (copied / "study.db").write_text("this is no database")
    _refused(run("optimize", "search.yaml"), "study.db")


def test_damaged_tables_of_a_run(run: Run, copied: Path) -> None:
    for file in copied.glob("runs/*/trips.parquet"):
        file.write_text("this is no table")
    _refused(run("compare", copied / "present", copied / "best"), "trips.parquet")
    for file in copied.glob("runs/*/trips.parquet"):
        file.unlink()
    _refused(run("compare", copied / "present", copied / "best"), "trips.parquet")


def test_folders_without_runs(run: Run, copied: Path) -> None:
    _refused(run("compare", copied, copied / "best"), "is a study; name its sides", "present", "best")
    _refused(run("compare", ".", "."), "holds no runs", "simulate")
    _refused(run("report", "."), "holds no runs")
    (copied / "summary.json").unlink()
    _refused(run("report", copied), "the study is not finished", "optimize")


def test_a_plan_for_another_network(run: Run, made_study: Study, town: Path) -> None:
    plan = made_study.folder / "best-plan.json"
    foreign = json.loads(plan.read_text().replace('"controller_id": "y"', '"controller_id": "z"'))
    Path("foreign.json").write_text(json.dumps(foreign))
    before = _files(town)
    told = ("foreign.json: `plans`", "has no controller 'z'", "made for this network")
    _refused(run("simulate", "town.yaml", "--plan", "foreign.json"), *told)
    _change("town.yaml", "period:", "signals: {plans: foreign.json}\nperiod:")
    _refused(run("optimize", "search.yaml"), *told)
    assert _files(town) == before


@pytest.mark.usefixtures("study")
def test_plans_without_their_intersections(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    shutil.copy("runs/town-signals/best-plan.json", plan)
    _edited(plan, intersections=[])
    before = _files(tmp_path)
    _refused(run("plan", "check", plan, "--repair"), "plan.json", "x, y have no intersection", "anew")
    _refused(run("plan", "check", plan, "--repair", "-o", plan), "plan.json: `--out`", "it would be overwritten")
    _refused(run("plan", "export", plan, "--format", "xlsx", "-o", tmp_path / "out"), "no intersection")
    assert _files(tmp_path) == before
    assert run("plan", "check", plan).code == 3
