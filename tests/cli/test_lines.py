"""`demand lines`: the lines of a network folder as they run."""

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_HEADING = "id,name_en,name_ar,class,course,vph,confidence,source\n"
_MIDAN = "midan,Midan <b>,=1+1,microbus,midan_s bab_musalla,20,C,assumed\n"
_LINES = """
lines:
  table: lines.csv
  stop_spacing_m: {value: 300, assumption: for a test}
  stop_length_m: {value: 15, assumption: for a test}
  clear_after_m: {value: 30, assumption: for a test}
  clear_before_m: {value: 50, assumption: for a test}
  served_share: {value: 0.5, assumption: for a test}
  dwell_mean_s: {value: 12, assumption: for a test}
  dwell_deviation_s: {value: 7, assumption: for a test}
  stopping: {value: lane, assumption: for a test}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Damascus without lines of its own."""
    shutil.copytree(_DAMASCUS, tmp_path / "city", ignore=shutil.ignore_patterns("*.rou.xml.gz"))
    path = tmp_path / "city/demand/am-peak.yaml"
    text = re.sub(r"(?m)^lines:\n(?:[ #].*\n)+", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return tmp_path / "city"


def _with_lines(city: Path, *rows: str) -> None:
    with (city / "demand/am-peak.yaml").open("a", encoding="utf-8") as stream:
        stream.write(_LINES)
    (city / "demand/lines.csv").write_text(_HEADING + "".join(rows), encoding="utf-8")


def test_lines_are_listed_with_their_figures(run: Run, city: Path) -> None:
    _with_lines(city, _MIDAN)
    ended = run("demand", "lines", str(city))
    assert ended.code == 0, ended.err
    assert "Midan <b>" in ended.out
    (line,) = run("demand", "lines", str(city), "--json").json["lines"]
    assert line["name_ar"] == "=1+1"
    assert 1500 < line["length_m"] < 3000
    assert 2 <= line["stops"] <= 9
    assert line["vehicles_under_way"] == pytest.approx(20 * line["run_s"] / 3600)
    assert line["links"][0].startswith("midan_s-")
    told = re.search(r"microbus: 20 vehicles and (\d+) vehicle-km per hour", ended.out)
    assert told is not None
    assert float(told[1]) == pytest.approx(20 * line["length_m"] / 1000, abs=0.5)


def test_names_are_shown_as_they_are(run: Run, city: Path) -> None:
    _with_lines(city, _MIDAN.replace("Midan <b>", "[b]M[/b] a:x:1"))
    assert "[b]M[/b] a:x:1" in re.sub(r"\s+", " ", run("demand", "lines", str(city)).out)


def test_models_with_figures_of_their_own_are_named(run: Run, city: Path) -> None:
    _with_lines(city, _MIDAN)
    table = city / "demand/lines.csv"
    table.write_text(
        _HEADING.replace("source", "source,vph_am-peak,vph_dawn") + _MIDAN.replace("assumed", "assumed,7,9")
    )
    ended = run("demand", "lines", str(city), "--json")
    assert [line["vph"] for line in ended.json["lines"]] == [7.0]
    assert "there is no demand model 'dawn'" in ended.err


def test_a_fault_names_its_line_of_the_table(run: Run, city: Path) -> None:
    lost = _MIDAN.replace("midan,", "lost,").replace("bab_musalla", "atlantis")
    _with_lines(city, _MIDAN, lost)
    ended = run("demand", "lines", str(city))
    assert ended.code == 3
    assert "lines.csv:3: `course`: there is no node or link 'atlantis'" in ended.err.replace("\n", "")


def test_a_course_that_turns_back_is_remarked(run: Run, city: Path) -> None:
    _with_lines(city, _MIDAN.replace("midan_s bab_musalla", "midan_s bab_musalla midan_s bab_musalla"))
    ended = run("demand", "lines", str(city))
    assert ended.code == 0
    assert "more than once" in ended.err


def test_a_model_without_lines_says_so(run: Run, city: Path) -> None:
    ended = run("demand", "lines", str(city))
    assert (ended.code, ended.out.strip()) == (0, "no lines: the demand model has no `lines`")


def test_another_model_or_variant_is_a_fault(run: Run, city: Path) -> None:
    assert run("demand", "lines", str(city), "--model", "dawn").code == 3
    assert run("demand", "lines", str(city), "--variant", "before-1900").code == 3


def test_building_tells_what_the_lines_replace(run: Run, city: Path) -> None:
    _with_lines(city, _MIDAN, _MIDAN.replace("midan,", "bus,").replace("microbus", "bus"))
    (city / "od.csv").write_text("origin,destination,vehicles,class\nmidan,shaalan,400,microbus\nmidan,mezzeh,9,car\n")
    ended = run("demand", "build", city, "--od", city / "od.csv", "-o", city / "od.rou.xml", "--json")
    assert ended.code == 0, ended.err
    told, text = ended.json["lines"], (city / "od.rou.xml").read_text()
    assert 0 < told["microbus"]["replaced_share"] < 1
    assert told["microbus"]["replaced_share"] == told["microbus"]["lines_km"] / told["microbus"]["trips_km"]
    left = len(re.findall(r'<vehicle id="\d+" type="microbus"', text))
    assert left == pytest.approx(400 * (1 - told["microbus"]["replaced_share"]), abs=5)
    share = f"{100 * told['microbus']['replaced_share']:.0f} %"
    assert f"od.rou.xml: microbus lines drive {told['microbus']['lines_km']:.0f} km in place of {share}" in ended.err
    assert f"km of the trips of {city / 'od.csv'}" in ended.err
    assert told["bus"]["trips_km"] == 0
    assert "bus lines drive" in ended.err
    assert "farther than the 0 km of the trips" in ended.err
    assert "more traffic than was asked for" in ended.err


def test_building_without_lines_tells_nothing_of_them(run: Run, city: Path) -> None:
    (city / "od.csv").write_text("origin,destination,vehicles\nmidan,shaalan,40\nmezzeh,mezzeh,3\n")
    ended = run("demand", "build", city, "--od", city / "od.csv", "-o", city / "od.rou.xml", "--json")
    assert (ended.code, ended.json["lines"], ended.err) == (0, {}, "")
    assert (ended.json["trips_between_zones"], ended.json["trips_within_zones_left_out"]) == (40, 3)
    assert sum(ended.json["vehicles"].values()) == 40
    said = run("demand", "build", city, "--od", city / "od.csv", "-o", city / "od.rou.xml").out
    by_class = ", ".join(f"{number} {name}" for name, number in ended.json["vehicles"].items())
    assert f"40 vehicles: {by_class}; 40 trips between zones, 3 within one left out" in said
