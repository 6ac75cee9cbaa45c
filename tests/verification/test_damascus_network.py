"""The shipped model of Damascus: complete, named, connected, safe to drive, and alive under traffic."""

import csv
import re
import sys
from pathlib import Path

import pytest

from congestion_lab.network.checks import rim
from congestion_lab.network.model import Network
from congestion_lab.network.roadmodel.expansion import road_plan
from congestion_lab.network.roadmodel.roadtables import RoadTables, read_road_tables
from congestion_lab.optimization.space.shortest import kept_safe
from congestion_lab.optimization.space.space import decision_space
from congestion_lab.signals.certification.certificate import Verdict
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.safety.rules import check as check_plans
from congestion_lab.sumo.building.networkbuild import check
from congestion_lab.sumo.installation import binary, tool
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from congestion_lab.sumo.process import run_program

_MODEL = Path(__file__).parents[2] / "networks" / "damascus"
_VARIANTS = ("present", "before-2025")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def tables() -> RoadTables:
    return read_road_tables(_MODEL)


@pytest.fixture(scope="module")
def net_file(tables: RoadTables) -> Path:
    return _MODEL / tables.manifest.variants["present"].file


@pytest.fixture(scope="module")
def network(net_file: Path) -> Network:
    return read_network(net_file)


@pytest.mark.parametrize("variant", _VARIANTS)
def test_shipped_net_is_what_the_tables_say_and_has_no_fault(variant: str) -> None:
    assert check(_MODEL, variant) == ()


def test_every_known_node_and_link_is_built_or_left_out_with_a_reason(damascus_facts: Path, tables: RoadTables) -> None:
    reasons = {(row["what"], row["id"]): row["reason"] for row in rows(_MODEL / "left_out.csv")}
    assert all(reasons.values())
    nodes = {row.id for row in tables.nodes}
    known = [row["id"] for row in rows(damascus_facts / "gazetteer.csv") if not row["id"].startswith(("si_", "pin_"))]
    assert len(known) == 187
    assert [node for node in known if node not in nodes and ("node", node) not in reasons] == []
    links = {frozenset((row.from_id, row.to_id)) for row in tables.links}
    replaced = {row_id for what, row_id in reasons if what == "link"}
    facts = [(row["from_id"], row["to_id"]) for row in rows(damascus_facts / "arterials.csv")]
    assert len(facts) == 249
    lost = {"-".join(pair) for pair in facts if frozenset(pair) not in links}
    assert lost == replaced
    assert {node for what, node in reasons if what == "node"}.isdisjoint(nodes)


def test_points_stay_within_what_their_confidence_allows(damascus_facts: Path) -> None:
    moved = {row["id"]: float(row["moved_m"]) for row in rows(_MODEL / "nodes.csv")}
    assert max(moved.values()) <= 300


def test_every_row_is_named_in_both_languages(tables: RoadTables) -> None:
    arabic = re.compile(r"[\u0600-\u06ff]")
    for row in (*tables.nodes, *tables.links):
        assert re.search("[A-Za-z]", row.name_en)
        assert arabic.search(row.name_ar)


def test_gates_are_where_traffic_enters_and_leaves(network: Network, tables: RoadTables) -> None:
    gates = {row.id for row in tables.nodes if row.kind == "gate"}
    entries, exits = rim(network)
    assert {network.links[link].from_node for link in entries} == gates
    assert {network.links[link].to_node for link in exits} == gates


def test_signals_are_as_many_as_arterial_crossings_call_for(network: Network) -> None:
    assert 50 <= len(network.controllers) <= 100


@pytest.mark.parametrize("variant", _VARIANTS)
def test_present_plans_breach_no_rule(variant: str, tables: RoadTables) -> None:
    net = _MODEL / tables.manifest.variants[variant].file
    assert check_plans(read_plans(net), read_intersections(net)) == ()


def test_squares_are_roundabouts_of_their_size(network: Network) -> None:
    for square, arms in {"umayyad": 7, "abbasiyyin": 6, "kafr_sousa": 5, "sabaa_bahrat": 5, "bab_musalla": 5}.items():
        ring = [
            link for link in network.links.values() if link.kind == "circulating" and link.id.startswith(f"{square}.")
        ]
        assert len(ring) == arms


def test_ibn_asaker_and_cairo_street_became_one_way_in_2025(network: Network, tables: RoadTables) -> None:
    before = read_network(_MODEL / tables.manifest.variants["before-2025"].file)
    for gone in ("garage_sitt-ibn_asaker", "bab_musalla-bus_co", "nidal-daraa_garage"):
        assert gone in before.links
        assert gone not in network.links
    assert "daraa_garage-nidal" in network.links


def test_umayyad_tunnel_passes_below_the_square(network: Network) -> None:
    below = network.links["quwatli_lib-umayyad_w"]
    assert below.kind == "tunnel"
    assert {path.to_link for path in network.connections if path.from_link == below.id} == {"umayyad_w-rabweh"}


def test_lengths_agree_with_the_distances_between_points(network: Network, tables: RoadTables) -> None:
    straight = sum(
        network.links[link_id].length_m
        for row in tables.links
        if (link_id := f"{row.from_id}-{row.to_id}") in network.links
    )
    assert 120_000 < straight < 200_000  # the facts count 162 km of links, ramps and turn lanes apart


def test_nothing_locks_up_under_moderate_random_traffic(net_file: Path, tmp_path: Path) -> None:
    """Half an hour of random trips, teleports off: everybody must arrive, but for a few on the longest ways."""
    trips, routes, summary = (tmp_path / name for name in ("trips.xml", "routes.xml", "statistics.xml"))
    demand = ["-b", "0", "-e", "1800", "-p", "0.6", "--seed", "7", "--fringe-factor", "5", "--min-distance", "1500"]
    run_program(
        [sys.executable, tool("randomTrips.py"), "-n", net_file, "-o", trips, "-r", routes, "--validate", *demand]
    )
    run_program(
        [
            *(binary("sumo"), "-n", net_file, "-r", routes, "--end", "4200", "--time-to-teleport", "-1"),
            *("--no-step-log", "--statistic-output", summary, "--duration-log.disable"),
        ]
    )
    text = summary.read_text(encoding="utf-8")
    loaded, running = (int(re.search(rf'<vehicles[^>]* {key}="(\d+)"', text)[1]) for key in ("loaded", "running"))
    assert loaded > 2500
    assert running <= loaded / 100
    assert 'teleports total="0"' in text


def test_the_certificates_of_the_shipped_plans_say_what_their_guide_says(net_file: Path) -> None:
    certificates = certify(read_plans(net_file), read_intersections(net_file))
    assert len(certificates) == 77
    found = {one.controller_id: {(each.rule, each.verdict) for each in one.open} for one in certificates if one.open}
    long_ways, no_time = ("intergreen", Verdict.RESERVED), ("crossing", Verdict.BREACHED)
    assert found == {
        "baramkeh": {long_ways},
        "burj_rous": {no_time},
        "daraa_garage": {("crossing", Verdict.RESERVED)},
        "marjeh": {no_time},
        "muhajirin_2": {no_time},
        "police_hq": {no_time},
        "rawda": {("yielding", Verdict.RESERVED)},
        "shahbandar": {long_ways, ("yielding", Verdict.RESERVED)},
        "zahira": {long_ways, no_time},
    }


def test_legs_are_as_wide_as_the_tables_say(net_file: Path, tables: RoadTables) -> None:
    plan = road_plan(tables, tables.manifest.variants["present"].date)
    lanes = {link.id: link.lanes * link.lane_width_m for link in plan.links}
    legs = [leg for site in read_intersections(net_file) for leg in site.legs]
    assert len(legs) > 300
    for leg in legs:
        assert leg.width_m == pytest.approx(sum(lanes[name] for name in leg.links), abs=0.1)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_no_searched_plan_loses_a_certificate_but_by_a_doubled_cycle(net_file: Path, share: float) -> None:
    plans, sites = read_plans(net_file), read_intersections(net_file)
    space = kept_safe(decision_space(plans, cycle_bounds_s=(60, 150)), sites)
    before = {one.controller_id for one in certify(plans, sites) if one.certified}
    after = certify(space.decode([share] * len(space.names)), sites)
    lost = {one.controller_id: {each.rule for each in one.open} for one in after if not one.certified}
    assert all(lost.get(name, {"cycle"}) == {"cycle"} for name in before)
    assert len(before & lost.keys()) <= 1
