"""What is exported and can be read is the same plan again, second by second."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting.formats import FORMATS
from congestion_lab.exporting.plantable import write_plan_table
from congestion_lab.network.lists.utdfroads import Anchor
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.present.utdfplans import read_utdf_plans
from congestion_lab.signals.rings.ringreading import faithful_rings
from congestion_lab.signals.sameness import shows_the_same
from congestion_lab.sumo.building.importfolder import write_import
from congestion_lab.sumo.building.listimport import import_utdf
from congestion_lab.sumo.controllers.planmatching import place_plans
from congestion_lab.sumo.controllers.plansite import PlanSite, site_of_network
from congestion_lab.sumo.nets.netfile import read_plans
from tests import utdftown
from tests.junctions import G, P, R, S, Y, approach, crossroads, short_link
from tests.plancases import crossroads_case, handovers, plan_of
from tests.roundtrips import IN_RINGS, TABLES, changed, handover, read_back, site_of

_FORMATS = ("sumo", *IN_RINGS, *TABLES)
_CHECKED = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
_DAMASCUS = Path(__file__).parents[2] / "networks" / "damascus" / "damascus.net.xml.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trips")


@pytest.mark.parametrize(("format", "parts"), [("sumo", 1), ("utdf", 1), ("utdf", 10), ("gmns", 1), ("gmns", 1000)])
@given(data=st.data())
@_CHECKED
def test_crossroads_with_any_greens_and_offset(format: str, parts: int, data: st.DataObject, folder: Path) -> None:
    plans = tuple(data.draw(handovers(folder, parts=parts)).plans)
    assert not changed(format, plans, site_of(folder / "net" / "net.net.xml"), folder)


@given(data=st.data())
@_CHECKED
def test_the_table_tells_which_plans_it_does_not_hold(data: st.DataObject, folder: Path) -> None:
    plans = tuple(data.draw(handovers(folder)).plans)
    site = site_of(folder / "net" / "net.net.xml")
    named = write_plan_table(folder / "told.csv", PlanSet(plans), site.intersections)
    assert list(named) == changed("csv", plans, site, folder)


# Lanes of one movement with greens of their own.


@pytest.fixture(scope="module")
def wide(folder: Path) -> PlanSite:
    """Three lanes straight on from the west, a right turn from the one at the kerb, a left turn from a fourth."""
    straight = [f'<connection from="wi" to="eo" fromLane="{lane}" toLane="{lane}"/>' for lane in range(3)]
    turning = [f'<connection from="wi" to="{to}" fromLane="{lane}" toLane="0"/>' for to, lane in (("so", 0), ("no", 3))]
    return site_of(crossroads(folder / "wide", lanes=4, connections=[*straight, *turning]))


def _by_lane(site: PlanSite, stages: list[str], greens: list[int], offset: int) -> SignalPlan:
    (junction,) = site.intersections
    return plan_of(junction, stages, [(green, 3, 1) for green in greens], offset, by_lane=True)


@pytest.mark.parametrize("format", _FORMATS)
@pytest.mark.parametrize("early", ["wt0", "wt2", "wt0 wt1", "wt1 wt2", "wt1", "wt0 wt2"])
def test_lanes_that_start_earlier_than_their_neighbours(format: str, early: str, wide: PlanSite, folder: Path) -> None:
    stages = [f"{early} wl3", "wt0 wt1 wt2 wr0", "st0 sr0 nt0 nr0"]
    assert not changed(format, [_by_lane(wide, stages, [8, 20, 15], 7)], wide, folder)


@pytest.mark.parametrize("format", IN_RINGS)
@given(
    street=st.tuples(
        st.sets(st.sampled_from(["wt0", "wt1", "wt2", "wr0", "wl3"])),
        st.sets(st.sampled_from(["wt0-", "wt1", "wt2", "wr0-", "wl3"])),
    ),
    greens=st.lists(st.integers(5, 40), min_size=3, max_size=3),
)
@_CHECKED
def test_lanes_with_any_greens_come_back_or_are_refused_or_what_is_lost_is_named(
    format: str, street: tuple[set[str], set[str]], greens: list[int], wide: PlanSite, folder: Path
) -> None:
    first, second = (" ".join(sorted(words)) for words in street)
    plan = _by_lane(wide, [first or "wt1", second or "wt0", "st0 sr0 nt0 nr0"], greens, sum(greens))
    try:
        _rings, named = faithful_rings(plan, wide.intersections[0])
        wrong = changed(format, [plan], wide, folder)
    except SignalPlanError:
        return
    assert bool(wrong) == bool(named)


# Other authored junctions.


@pytest.mark.parametrize("format", _FORMATS)
@pytest.mark.parametrize("lanes", [1, 3])
def test_a_street_and_a_crossroads_with_the_plans_that_they_are_built_with(
    format: str, lanes: int, tmp_path: Path
) -> None:
    for place, build in enumerate((approach, crossroads)):
        net = build(tmp_path / str(place), lanes=lanes)
        assert not changed(format, tuple(read_plans(net)), site_of(net), tmp_path / str(place))


@pytest.mark.parametrize("format", _FORMATS)
def test_a_street_behind_a_crossing_without_a_signal(format: str, tmp_path: Path) -> None:
    net = short_link(tmp_path)
    assert not changed(format, tuple(read_plans(net)), site_of(net), tmp_path)


@pytest.mark.parametrize("format", _FORMATS)
@pytest.mark.parametrize("shown", [G, P])
def test_heads_that_are_never_red(format: str, shown: Aspect, folder: Path) -> None:
    """A right turn, and a left turn that is protected while the street waits, else permitted; the rest is closed."""
    _network, junction = crossroads_case(folder)
    turns = {(head.from_link, head.turn.value if head.turn else ""): head.index for head in junction.heads}
    right, left = turns["wi", "right"], turns["wi", "left"]
    street = (turns["wi", "straight"], turns["ei", "straight"])
    closed = [head.index for head in junction.heads if head.index not in {right, left, *street}]
    heads = {"right": (right,), "left": (left,), "street": street, "closed": tuple(closed)}
    groups = tuple(SignalGroup(name, some) for name, some in heads.items())
    steps = ((40.0, (shown, P, G, R)), (3.0, (shown, P, Y, R)), (2.0, (shown, P, R, R)), (25.0, (shown, G, R, R)))
    plan = SignalPlan("x", "p", Control.FIXED, 11.0, groups, tuple(Interval(*step) for step in steps))
    assert not changed(format, [plan], site_of(folder / "net" / "net.net.xml"), folder)


@pytest.mark.parametrize("format", IN_RINGS)
def test_a_right_turn_on_red_after_times_that_floats_do_not_hold(format: str, folder: Path) -> None:
    """10.1 + 3.2 + 0.3 is a little more than 13.6, at which the other street's green begins all the same."""
    _network, junction = crossroads_case(folder)
    turns = {(head.from_link, head.turn.value if head.turn else ""): head.index for head in junction.heads}
    right, street = turns["wi", "right"], tuple(sorted((turns["wi", "straight"], turns["ei", "straight"])))
    cross = tuple(head.index for head in junction.heads if head.index not in {right, *street})
    groups = (SignalGroup("right", (right,)), SignalGroup("street", street), SignalGroup("cross", cross))
    steps = ((10.1, (G, G, R)), (3.2, (Y, Y, R)), (0.3, (R, R, R)), (20.0, (S, R, P)), (3.0, (S, R, Y)))
    plan = SignalPlan("x", "p", Control.FIXED, 0.0, groups, tuple(Interval(*step) for step in steps))
    back = read_back(format, [plan], site_of(folder / "net" / "net.net.xml"), folder).plans
    (shown,) = [group for group in back.plans[0].groups if right in group.heads]
    place = back.plans[0].groups.index(shown)
    assert S in {each.aspects[place] for each in back.plans[0].intervals}


@pytest.fixture(scope="module")
def town(folder: Path) -> tuple[PlanSite, tuple[SignalPlan, ...]]:
    """Two signals, with the plans of a UTDF file; their ids are those that the export gives to other nodes."""
    file = utdftown.written(folder)
    made, _ = import_utdf(file, lambda _text: None, Anchor("2", 33.5, 36.3))
    write_import(made, folder / "town", "")
    site = site_of_network(folder / "town")
    none = PlanSet(())
    placed = place_plans(read_utdf_plans(file), site.network, site.intersections, none, pairs={}, origin="town")
    return PlanSite("town", site.net_file, site.network, site.intersections, none), tuple(placed.plans)


@pytest.mark.parametrize(("format", "lost"), [("sumo", []), ("utdf", ["2"]), ("gmns", ["2"])])
def test_a_town_that_was_read_from_a_utdf_file(
    format: str, lost: list[str], town: tuple[PlanSite, tuple[SignalPlan, ...]], folder: Path
) -> None:
    """A left turn that stays protected while the other ring clears becomes permitted there, and the export says so."""
    site, plans = town
    remarks = FORMATS[format](handover(site, plans), folder / "told").remarks
    assert changed(format, plans, site, folder) == lost
    assert (f"{format}: 2: group 2+5: 4 s of protected green become permitted green" in remarks) == bool(lost)


def test_a_file_of_the_same_network_goes_by_coordinates_whatever_its_numbers_are(
    town: tuple[PlanSite, tuple[SignalPlan, ...]], folder: Path
) -> None:
    site, plans = town
    assert [one.controller_id for one in plans] == ["2", "3"]
    matches = read_back("utdf", plans, site, folder).matches
    assert [(one.theirs, one.ours, one.how) for one in matches] == [
        ("1", "2", "same coordinates"),
        ("2", "3", "same coordinates"),
    ]


# Networks as they are.


def test_every_present_plan_of_damascus(folder: Path) -> None:
    site, plans = site_of(_DAMASCUS), tuple(read_plans(_DAMASCUS))
    assert len(plans) == 77
    assert {format: changed(format, plans, site, folder) for format in ("sumo", "utdf", "gmns", "csv")} == {
        "sumo": [],
        "utdf": [],
        "gmns": [],
        "csv": [],
    }


_YELLOW_BETWEEN = "a head that two phases name in turn shows yellow between them; rings and tables let it stay green"
_BESIDE = "a left turn is protected against traffic that has priority over it and green in the same phase"
_PUBLISHED: dict[str, tuple[int, dict[str, str], dict[str, str]]] = {
    "cologne3": (3, {}, {"360082": _YELLOW_BETWEEN}),
    "grid4x4": (16, {}, {}),
    "bologna_acosta": (
        7,
        {"210": _YELLOW_BETWEEN, "220": _YELLOW_BETWEEN},
        {"210": _YELLOW_BETWEEN, "220": _YELLOW_BETWEEN},
    ),
    "ingolstadt7": (
        7,
        {"32564122": _YELLOW_BETWEEN},
        {
            "32564122": _YELLOW_BETWEEN,
            "cluster_1757124350_1757124352": _YELLOW_BETWEEN,
            "gneJ143": _YELLOW_BETWEEN,
            "gneJ207": _YELLOW_BETWEEN,
            "gneJ210": f"{_YELLOW_BETWEEN}; {_BESIDE}",
            "gneJ260": _YELLOW_BETWEEN,
        },
    ),
}
"""Signals, plans that rings refuse, plans that the table tells otherwise and names, each with the reason."""


@pytest.mark.parametrize("name", sorted(_PUBLISHED))
def test_published_plans(name: str, bench_folder: Path, tmp_path: Path) -> None:
    count, refused, inexact = _PUBLISHED[name]
    net = next((bench_folder / name).glob("*.net.xml*"))
    site, plans = site_of(net), tuple(read_plans(net))
    assert len(plans) == count
    assert not changed("sumo", plans, site, tmp_path)
    held = [one for one in plans if not _refused(one, site)]
    assert {one.controller_id for one in plans} - {one.controller_id for one in held} == refused.keys()
    assert not changed("utdf", held, site, tmp_path)
    assert not changed("gmns", held, site, tmp_path)
    assert changed("csv", plans, site, tmp_path) == sorted(inexact)
    assert list(write_plan_table(tmp_path / "told.csv", PlanSet(plans), site.intersections)) == sorted(inexact)


def _refused(plan: SignalPlan, site: PlanSite) -> bool:
    junction = next(one for one in site.intersections if one.controller_id == plan.controller_id)
    try:
        faithful_rings(plan, junction)
    except SignalPlanError:
        return True
    return False


def test_a_difference_is_seen(folder: Path) -> None:
    """Half a second more of one green, a green instead of a permitted one, a later start: none is the same plan."""
    _network, junction = crossroads_case(folder)
    plan = plan_of(junction, ["wt wr et er wl- el-", "st sr nt nr sl- nl-"], [(30, 3, 2), (20, 3, 2)], 5)
    site = site_of(folder / "net" / "net.net.xml")
    (back,) = read_back("utdf", [plan], site, folder).plans
    assert not _differs(plan, back)
    assert _differs(SignalPlan(plan.controller_id, "", plan.control, 5.5, plan.groups, plan.intervals), back)
    first, *rest = plan.intervals
    longer = Interval(first.duration_s + 0.5, first.aspects)
    assert _differs(SignalPlan(plan.controller_id, "", plan.control, 5, plan.groups, (longer, *rest)), back)
    stronger = Interval(first.duration_s, tuple(G if one is Aspect.PERMITTED else one for one in first.aspects))
    assert _differs(SignalPlan(plan.controller_id, "", plan.control, 5, plan.groups, (stronger, *rest)), back)


def _differs(one: SignalPlan, other: SignalPlan) -> bool:
    return not shows_the_same(one, other)
