import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.plan import Aspect, Control, PlanSet, SignalGroup
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.nets.programs import running_plans, write_programs

_ODD = """<additional>
    <tlLogic id="a" type="actuated" programID="x" offset="-2.5">
        <phase duration="0:01:05" state="GgrYuosO" minDur="5" maxDur="70" name="main &quot;1&quot;" next="1 2"/>
        <phase duration="3" state="yyrrrosO" vehext="2"/>
        <phase duration="4.5" state="rrGrrosO"/>
        <param key="max-gap" value="2.5"/>
        <condition id="c" value="z:a &gt; 3"/>
        <function id="f" nArgs="1"><assignment id="v" check="1" value="$0"/></function>
    </tlLogic>
</additional>
"""


def _read(*texts: str, folder: Path) -> PlanSet:
    files = []
    for number, text in enumerate(texts):
        file = folder / f"{number}.add.xml"
        file.write_text(text)
        files.append(file)
    return running_plans((), folder / "net.xml", files)


def _program(name: str, *, phases: str = '<phase duration="9" state="G"/>', extra: str = "") -> str:
    return f'<additional><tlLogic id="a" type="static" programID="{name}" {extra}>{phases}</tlLogic></additional>'


def test_every_attribute_comes_back(tmp_path: Path) -> None:
    plans = _read(_ODD, folder=tmp_path)
    (plan,) = plans
    assert plan.control is Control.ACTUATED
    assert (plan.offset_s, plan.intervals[0].duration_s, plan.intervals[2].duration_s) == (-2.5, 65.0, 4.5)
    assert dict(plan.intervals[0].extras) == {"name": 'main "1"', "next": "1 2", "state": "GgrYuosO"}
    assert plan.parameters == (("max-gap", "2.5"),)
    write_programs(plans, tmp_path / "out.add.xml")
    assert running_plans((), tmp_path, [tmp_path / "out.add.xml"]) == plans
    assert 'state="GgrYuosO"' in (tmp_path / "out.add.xml").read_text()


def test_a_remembered_state_gives_way_to_changed_aspects(tmp_path: Path) -> None:
    (plan,) = _read(_ODD, folder=tmp_path)
    first = plan.intervals[0]
    reds = replace(first, aspects=tuple(Aspect.RED for _ in first.aspects))
    write_programs(PlanSet((replace(plan, intervals=(reds, *plan.intervals[1:])),)), tmp_path / "out.add.xml")
    assert 'state="rrrrrrrr"' in (tmp_path / "out.add.xml").read_text()


def test_the_last_programme_loaded_runs(tmp_path: Path) -> None:
    (plan,) = _read(_program("one"), _program("two"), folder=tmp_path)
    assert plan.program_id == "two"


def test_an_element_without_phases_changes_offset_and_parameters_of_the_programme_it_names(tmp_path: Path) -> None:
    change = _program("one", phases='<param key="k" value="v"/>', extra='offset="7"')
    (plan,) = _read(_program("one"), change, folder=tmp_path)
    assert (plan.offset_s, plan.parameters) == (7.0, (("k", "v"),))
    (plan,) = _read(_program("one"), _program("two"), change, folder=tmp_path)
    assert (plan.program_id, plan.offset_s) == ("two", 0.0)


def test_a_controller_switched_off_has_no_plan(tmp_path: Path) -> None:
    assert len(_read(_program("one"), _program("off", phases=""), folder=tmp_path)) == 0


def test_included_files_count(tmp_path: Path) -> None:
    (tmp_path / "inner.add.xml").write_text(_program("inner"))
    (plan,) = _read('<additional><include href="inner.add.xml"/></additional>', folder=tmp_path)
    assert plan.program_id == "inner"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_program("x", phases='<phase duration="9" state="GX"/>'), "holds X"),
        (_program("x", phases='<phase duration="soon" state="G"/>'), "'soon' is no number of seconds"),
        (_program("x", phases='<phase duration="0" state="G"/>'), "lasts 0.0 s"),
        (_program("x", phases='<phase duration="9" state="G"/><phase duration="9" state="GG"/>'), "the same number"),
        (_program("x", extra='offset="begin"'), "'begin' is no number of seconds"),
        (_program("x", phases=""), "no phases"),
        (
            _program("x").replace("static", "rail"),
            "rail",
        ),
        ('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><additional>&e;</additional>', "document type"),
        ('<additional><include href="0.add.xml"/></additional>', "includes itself"),
        ("<additional>", "no well-formed XML"),
    ],
)
def test_a_bad_programme_is_named_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError) as caught:
        _read(text, folder=tmp_path)
    (fault,) = caught.value.faults
    assert told in fault.rule
    assert fault.source.endswith("0.add.xml")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    bad = _program("x", phases='<phase duration="9" state="X"/>')
    with pytest.raises(SignalPlanError) as caught:
        _read(bad, bad, folder=tmp_path)
    assert [(Path(fault.source).name, fault.line) for fault in caught.value.faults] == [
        ("0.add.xml", 1),
        ("1.add.xml", 1),
    ]


def test_a_gap_in_the_heads_and_a_reserved_name_are_refused(tmp_path: Path) -> None:
    (plan,) = _read(_program("x"), folder=tmp_path)
    with pytest.raises(SignalPlanError, match="without a gap"):
        write_programs(PlanSet((replace(plan, groups=(SignalGroup("1", (1,)),)),)), tmp_path / "out.xml")
    with pytest.raises(SignalPlanError, match="dark signals"):
        write_programs(PlanSet((plan,)), tmp_path / "out.xml", program_id="off")
    assert not (tmp_path / "out.xml").exists()


@pytest.mark.parametrize("name", ["duration", "minDur", 'x="1"/><include href="/etc/passwd"/><b y', ""])
def test_what_is_carried_along_never_changes_what_a_plan_says(name: str, tmp_path: Path) -> None:
    (plan,) = _read(_program("x"), folder=tmp_path)
    altered = replace(plan, intervals=(replace(plan.intervals[0], extras=((name, "1"),)),))
    with pytest.raises(SignalPlanError, match="no further attribute"):
        write_programs(PlanSet((altered,)), tmp_path / "out.xml")


@pytest.mark.parametrize(
    "text",
    ['<include href="/etc/passwd"/>', "</tlLogic>", '<condition id="a"/><include href="b"/>', "<!-- -->", "text", "<a"],
)
def test_only_definitions_of_a_controller_are_carried_along(text: str, tmp_path: Path) -> None:
    (plan,) = _read(_program("x"), folder=tmp_path)
    with pytest.raises(SignalPlanError, match="no definition"):
        write_programs(PlanSet((replace(plan, attachments=(text,)),)), tmp_path / "out.xml")


def test_published_plans_come_back_as_they_were(bench_folder: Path, tmp_path: Path) -> None:
    nets = sorted(bench_folder.glob("*/*.net.xml.gz"))
    assert len(nets) == 5
    for net in nets:
        plans = read_plans(net, sorted(net.parent.glob("*_tls.add.xml.gz")))
        write_programs(plans, tmp_path / "out.add.xml")
        assert running_plans((), net, [tmp_path / "out.add.xml"]) == plans, net.name
        write_programs(plans, tmp_path / "new.add.xml", program_id="new")
        renamed = PlanSet(tuple(replace(plan, program_id="new") for plan in plans))
        assert read_plans(net, [tmp_path / "new.add.xml"]) == renamed, net.name


def test_a_written_programme_runs_in_bare_sumo(bench_folder: Path, tmp_path: Path) -> None:
    net = bench_folder / "ingolstadt1" / "ingolstadt1.net.xml.gz"
    (plan,) = read_plans(net)
    shifted = replace(plan, intervals=(replace(plan.intervals[0], duration_s=41.0), *plan.intervals[1:]))
    write_programs(PlanSet((shifted,)), tmp_path / "new.add.xml", program_id="new")
    saved = f'<timedEvent type="SaveTLSSwitchStates" source="{plan.controller_id}" dest="states.xml"/>'
    (tmp_path / "save.add.xml").write_text(f"<additional>{saved}</additional>")
    shutil.copy(net, tmp_path / "net.xml.gz")
    command = [
        str(binary("sumo")),
        "-n",
        "net.xml.gz",
        "-a",
        "new.add.xml,save.add.xml",
        "--end",
        "60",
        "--no-step-log",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    states = (tmp_path / "states.xml").read_text()
    assert 'programID="new"' in states
    assert 'time="41.00"' in states
