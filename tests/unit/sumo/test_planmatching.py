from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError, SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.network.lists.utdfroads import Anchor
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.planrecords import Movement, PhaseTimes, PlanRecord, PlanSource, Release
from congestion_lab.signals.present.utdfplans import read_utdf_plans
from congestion_lab.signals.sameness import shows_the_same
from congestion_lab.sumo.building.importfolder import write_import
from congestion_lab.sumo.building.listimport import import_utdf
from congestion_lab.sumo.controllers.planmatching import PlanImport, place_plans
from congestion_lab.sumo.controllers.plansite import PlanSite, place_programmes, site_of_network
from congestion_lab.sumo.nets.programs import write_programs
from tests import utdftown


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PlanSite:
    """The signals of the town of two signals, which lies at 33.5, 36.3."""
    folder = tmp_path_factory.mktemp("town")
    made, _ = import_utdf(utdftown.written(folder), lambda _text: None, Anchor("2", 33.5, 36.3))
    write_import(made, folder / "town", "")
    return site_of_network(folder / "town")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> PlanSource:
    return read_utdf_plans(utdftown.written(tmp_path_factory.mktemp("plans")))


def placed(source: PlanSource, site: PlanSite, **pairs: str) -> PlanImport:
    return place_plans(source, site.network, site.intersections, site.present, pairs=pairs, origin="town.csv")


def shown(plans: PlanImport, controller: str, link: str, turn: Turn, site: PlanSite) -> dict[Aspect, float]:
    """Return how long heads of a movement show what."""
    place = next(one for one in site.intersections if one.controller_id == controller)
    head = next(one.index for one in place.heads if (one.from_link, one.turn) == (link, turn))
    plan = plans.plans.plan_of(controller)
    group = next(number for number, group in enumerate(plan.groups) if head in group.heads)
    spans: dict[Aspect, float] = {}
    for interval in plan.intervals:
        spans[interval.aspects[group]] = spans.get(interval.aspects[group], 0.0) + interval.duration_s
    return {aspect: round(span, 3) for aspect, span in spans.items()}


def test_a_utdf_file_on_its_own_network(site: PlanSite, town: PlanSource) -> None:
    made = placed(town, site)
    assert [(one.theirs, one.ours, one.how) for one in made.matches] == [("2", "2", "same id"), ("3", "3", "same id")]
    assert not made.unused
    assert not made.kept
    assert not any("compass" in note for one in made.matches for note in one.notes)
    green, permitted, yellow, red = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED
    assert shown(made, "2", "1-2", Turn.STRAIGHT, site) == {green: 40, yellow: 3.5, red: 46.5}
    assert shown(made, "2", "1-2", Turn.LEFT, site) == {green: 12, permitted: 40, yellow: 3.5, red: 34.5}
    assert shown(made, "2", "3-2", Turn.LEFT, site) == {green: 8, yellow: 3, red: 79}
    assert shown(made, "2", "1-2", Turn.RIGHT, site)[Aspect.STOP_THEN_GO] == 46.5
    assert shown(made, "2", "5-2", Turn.STRAIGHT, site) == {green: 27, yellow: 3.5, red: 59.5}
    assert made.plans.plan_of("3").offset_s == 21


def test_by_name_by_place_and_as_the_user_says(site: PlanSite, town: PlanSource) -> None:
    second, third = town.records
    stranger = replace(second, controller="A", name="", aliases=frozenset())
    assert [one.how for one in placed(PlanSource((replace(stranger, name="first AND main"),)), site).matches] == [
        "same name 'first AND main'"
    ]
    assert placed(PlanSource((replace(stranger, place=(33.50002, 36.30003)),)), site).matches[0].how == "4 m away"
    made = placed(PlanSource((stranger,)), site, A="2")
    assert (made.matches[0].ours, made.matches[0].how, made.kept) == ("2", "as you say", ("3",))
    assert made.plans.plan_of("3") == site.present.plan_of("3")
    assert shows_the_same(made.plans.plan_of("2"), placed(town, site).plans.plan_of("2"))
    twice = placed(PlanSource((second, replace(third, controller="B", aliases=frozenset({"2"}))), ()), site)
    assert twice.unused == (("B", "2 has a plan already, from another controller of the file"),)


def test_without_ids_of_nodes_approaches_are_found_by_their_compass_direction(site: PlanSite, town: PlanSource) -> None:
    def nameless(record: PlanRecord) -> PlanRecord:
        def without(movement: Movement) -> Movement:
            return replace(movement, from_nodes=frozenset(), to_nodes=frozenset())

        phases = tuple(
            replace(one, releases=tuple(Release(without(each.movement), each.shown) for each in one.releases))
            for one in record.phases
        )
        return replace(record, phases=phases, on_red=tuple(map(without, record.on_red)))

    plain = placed(town, site)
    found = placed(PlanSource(tuple(map(nameless, town.records))), site)
    for one in ("2", "3"):
        assert shows_the_same(found.plans.plan_of(one), plain.plans.plan_of(one))
    assert "approaches were found by their compass direction: 1-2 (90°), 3-2 (270°), 5-2 (180°), 6-2 (0°)." in (
        found.matches[0].notes
    )


def table(*releases: Movement, controller: str = "3") -> PlanSource:
    phase = PhaseTimes("1", 0, 50, 4, 6, tuple(map(Release, releases)), line=7)
    return PlanSource((PlanRecord(controller, "p", 60, 0, (phase,), line=7),))


def test_what_is_not_there_and_what_stays_red_is_told(site: PlanSite) -> None:
    street = Movement("Main St: T", Turn.STRAIGHT, street="main st")
    lost = Movement("x: L", Turn.LEFT, from_link="x", street="x")
    (match,) = placed(table(street, lost), site).matches
    assert match.notes[0] == "movements that the intersection does not have: x: L (line 7)."
    assert match.notes[1].startswith("movements that no phase releases, so they stay red: 4-3 > 3-7")
    by_link = Movement("7-3 > 3-2", from_link="7-3", to_link="3-2.1")
    assert shown(placed(table(by_link), site), "3", "7-3", Turn.LEFT, site)[Aspect.GREEN] == 50


def test_nothing_that_fits_is_refused_with_every_reason(site: PlanSite) -> None:
    with pytest.raises(SignalPlanError) as told:
        placed(table(Movement("x: T", from_link="x")), site)
    assert [fault.rule for fault in told.value.faults] == [
        "no plan of the file fits a controller of the network",
        "none of its movements is at 3: x: T",
    ]
    with pytest.raises(SignalPlanError, match="no controller of the network has its id or name, and the file gives no"):
        placed(table(controller="Z"), site)
    with pytest.raises(SignalPlanError) as wrong:
        placed(table(), site, Y="2", **{"3": "Z"})
    assert [fault.rule for fault in wrong.value.faults] == [
        "the file has no controller 'Y'",
        "the network has no controller 'Z'",
    ]
    far = replace(table().records[0], controller="Z", place=(33.6, 36.3))
    with pytest.raises(SignalPlanError, match=r"stands within 60 m of it; the nearest, \d, is 11\d\d\d m away"):
        placed(PlanSource((far,)), site)


def test_programmes_of_sumo(site: PlanSite, town: PlanSource, tmp_path: Path) -> None:
    plans = placed(town, site).plans
    file = tmp_path / "plans.add.xml"
    write_programs(plans, file, program_id="present")
    made = place_programmes(file, site)
    assert [one.ours for one in made.matches] == ["2", "3"]
    assert all(shows_the_same(made.plans.plan_of(one.controller_id), one) for one in plans)
    text = file.read_text().replace('id="3"', 'id="stranger"')
    file.write_text(text)
    partly = place_programmes(file, site)
    assert (partly.unused, partly.kept) == ((("stranger", "no controller of the network has its id"),), ("3",))
    file.write_text(text.replace('id="2"', 'id="another"'))
    with pytest.raises(SignalPlanError, match="no programme is for a controller of the network"):
        place_programmes(file, site)
    short = '<tlLogic id="2" type="static" programID="x" offset="0"><phase duration="9" state="G"/></tlLogic>'
    file.write_text(f"<additional>{short}</additional>")
    with pytest.raises(SignalPlanError, match="sets 1 signals, the network has 14"):
        place_programmes(file, site)


def test_a_network_without_signals(tmp_path: Path) -> None:
    content = utdftown.text(nodes=utdftown.NODES.replace("2,0,0", "2,3,0").replace("3,0,1600", "3,3,1600"))
    made, _ = import_utdf(utdftown.written(tmp_path, content), lambda _text: None)
    write_import(made, tmp_path / "town", "")
    with pytest.raises(NetworkError, match="the network has no signals"):
        site_of_network(tmp_path / "town")


@pytest.mark.parametrize(
    ("narrowed", "lane"),
    [
        (Movement("T@2", Turn.STRAIGHT, from_link="1-2", from_lanes=frozenset({1})), 1),
        (Movement("T", Turn.STRAIGHT, from_link="1-2", from_inside=frozenset({2})), 2),  # the left turn's lane is 1
        (Movement("T", Turn.STRAIGHT, from_link="1-2", part=(2, 2, 2)), 2),
        (Movement("T", Turn.STRAIGHT, from_link="1-2", part=(2, 2, 3)), None),  # of another number of lanes: all of it
    ],
)
def test_lanes_of_one_movement_are_told_apart(site: PlanSite, narrowed: Movement, lane: int | None) -> None:
    plan = placed(table(narrowed, controller="2"), site).plans.plan_of("2")
    place = next(one for one in site.intersections if one.controller_id == "2")
    green = {head for group in plan.groups if group.id == "1" for head in group.heads}
    lanes = {head.from_lane for head in place.heads if head.index in green}
    assert lanes == ({1, 2} if lane is None else {lane})
