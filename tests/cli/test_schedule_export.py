"""A schedule for controllers of the field."""

import json
from pathlib import Path

from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests.cli.conftest import Run
from tests.ntcipclock import read_objects
from tests.roads import crossing

_WEEK = """\
name: week
day_types:
  - name: every-day
    weekdays: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]
    switches: [{at: "00:00", plans: night.json}, {at: "06:00", plans: day.json}]
"""


def test_a_schedule_is_exported_only_if_it_is_certified_or_says_that_it_is_not(run: Run, tmp_path: Path) -> None:
    net = crossing(tmp_path)
    for name in ("night", "day"):
        content = PlanFile("s", read_network(net).digest, read_intersections(net), read_plans(net))
        write_plan_file(tmp_path / f"{name}.json", content)
    week = tmp_path / "week.yaml"
    week.write_text(_WEEK, encoding="utf-8")
    command = ("plan", "schedule", "export", week, "--format", "ntcip", "-o", tmp_path / "plans")
    refused = run(*command)
    assert refused.code == 3
    assert "NOT CERTIFIED" in refused.err
    assert not (tmp_path / "plans").exists()
    written = run(*command, "--uncertified", "--json")
    assert written.code == 0
    (file,) = map(Path, json.loads(written.out))
    assert "coordCorrectionMode" in written.err
    assert file.read_text(encoding="utf-8-sig").count("NOT CERTIFIED") == len(file.read_text().splitlines()) - 1
    (objects,) = read_objects(file).values()
    assert objects.values["6.3.3.5.1.3.1.2"] == "6"
    assert run(*command, "--year", "0").code == 2
    week.write_text(_WEEK.replace("06:00", "06:00:30"), encoding="utf-8")
    finer = run(*command, "--uncertified")
    assert finer.code == 3
    assert f"{week}: every-day switches at 06:00:30; day plans know hours and minutes" in " ".join(finer.err.split())
