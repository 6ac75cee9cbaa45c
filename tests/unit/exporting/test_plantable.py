import csv
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from congestion_lab.exporting.plantable import write_plan_table
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet
from congestion_lab.signals.present.plansources import read_plan_source
from congestion_lab.signals.present.utdfplans import read_utdf_plans
from congestion_lab.signals.sameness import shows_the_same
from congestion_lab.sumo.building.importfolder import write_import
from congestion_lab.sumo.building.listimport import import_utdf
from congestion_lab.sumo.controllers.planmatching import place_plans
from congestion_lab.sumo.controllers.plansite import PlanSite, site_of_network
from tests import utdftown


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PlanSite:
    folder = tmp_path_factory.mktemp("town")
    made, _ = import_utdf(utdftown.written(folder), lambda _text: None)
    write_import(made, folder / "town", "")
    return site_of_network(folder / "town")


@pytest.mark.parametrize("name", ["plans.csv", "plans.xlsx"])
def test_the_plans_that_a_table_is_filled_with_come_back(site: PlanSite, tmp_path: Path, name: str) -> None:
    shifted = PlanSet(tuple(replace(plan, offset_s=17.5) for plan in site.present))
    assert write_plan_table(tmp_path / name, shifted, site.intersections) == ()
    kind, source = read_plan_source(tmp_path / name)
    made = place_plans(source, site.network, site.intersections, site.present, pairs={}, origin=name)
    assert kind == "table"
    assert all(shows_the_same(made.plans.plan_of(plan.controller_id), plan) for plan in shifted)
    assert not any(shows_the_same(made.plans.plan_of(plan.controller_id), plan) for plan in site.present)
    assert made.matches[0].notes == ()


def test_a_workbook_lists_approaches_and_turns(site: PlanSite, tmp_path: Path) -> None:
    write_plan_table(tmp_path / "plans.xlsx", site.present, site.intersections)
    rows = list(load_workbook(tmp_path / "plans.xlsx")["Approaches"].iter_rows(values_only=True))
    assert rows[0] == ("controller", "name", "name_ar", "approach", "street", "turns")
    assert ("2", "First and Main", None, "1-2", "Main St", "R T L") in rows


def test_what_the_table_cannot_hold_is_named(site: PlanSite, tmp_path: Path) -> None:
    first, second = site.present
    source = read_utdf_plans(utdftown.written(tmp_path))
    dual = place_plans(source, site.network, site.intersections, site.present, pairs={}, origin="").plans
    assert write_plan_table(tmp_path / "plans.csv", dual, site.intersections) == ("2",), "two rings are told as one"
    flashing = tuple(Interval(each.duration_s, (Aspect.FLASHING, *each.aspects[1:])) for each in first.intervals)
    some = PlanSet((replace(first, intervals=flashing), replace(second, control=Control.ACTUATED)))
    assert write_plan_table(tmp_path / "plans.csv", some, site.intersections) == ("2", "3")


def test_names_of_maps_cannot_run_in_a_spreadsheet(site: PlanSite, tmp_path: Path) -> None:
    evil = tuple(replace(one, name="=HYPERLINK(1)") for one in site.intersections)
    write_plan_table(tmp_path / "plans.csv", site.present, evil)
    with (tmp_path / "plans.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert {row["name"] for row in csv.DictReader(stream)} == {"'=HYPERLINK(1)", ""}
    _, source = read_plan_source(tmp_path / "plans.csv")
    assert source.records[0].name == "=HYPERLINK(1)"
