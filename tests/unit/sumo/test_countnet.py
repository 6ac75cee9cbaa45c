import math
from pathlib import Path

from pyproj import Proj

from congestion_lab.core.geometry import polyline_length_m
from congestion_lab.demand.counts.countmatching import matched
from congestion_lab.demand.counts.rowplaces import Spot
from congestion_lab.network.alignment import point_at
from congestion_lab.network.model import Link, Network
from congestion_lab.sumo.demand.camerasurvey import JUNCTION, LINK, SIGNAL, camera_survey
from congestion_lab.sumo.demand.demandbuild import zones_of_links
from congestion_lab.sumo.nets.countnet import road_map
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_DAMASCUS = Path(__file__).parents[3] / "networks" / "damascus"


def test_links_movements_and_lanes_are_those_of_the_net(tmp_path: Path) -> None:
    roadmap = road_map(read_network(roads.avenue(tmp_path)))
    assert set(roadmap.links) == {"w1", "w2", "w3", "s1", "n1", "s2", "n2"}
    assert roadmap.links["w2"].lanes == 1
    assert roadmap.movements["w1", "w2"] == 1
    assert (roadmap.links["w2"].from_node, roadmap.links["w2"].to_node) == ("x", "y")
    assert roadmap.place is None


def test_coordinates_find_their_link_on_a_real_network(damascus: Network) -> None:
    long = [link for link in damascus.links.values() if polyline_length_m(link.shape) > 60][::12]
    truth = {_seen_on(link, damascus): link.id for link in long}
    found, refused = matched(truth, road_map(damascus))
    assert len(truth) > 50
    assert {spot: place.link for spot, place in found.items()} == {
        spot: link for spot, link in truth.items() if spot not in refused
    }
    assert len(refused) <= 2
    assert all("several links alike" in reason for reason in refused.values())


def _seen_on(link: Link, network: Network) -> Spot:
    """A camera 5 m off the middle of a link, its bearing 10 degrees off."""
    middle = polyline_length_m(link.shape) / 2
    (x, y), (u, v) = point_at(link.shape, middle), point_at(link.shape, middle + 5)
    bearing = math.degrees(math.atan2(u - x, v - y)) + 10
    lon, lat = Proj(network.projection)(x + 3 - network.offset[0], y + 4 - network.offset[1], inverse=True)
    return Spot(link.id, lat=lat, lon=lon, bearing_deg=bearing % 360)


def test_zones_own_the_links_on_which_their_trips_begin(damascus: Network) -> None:
    zones = zones_of_links(damascus, _DAMASCUS, "am-peak")
    assert len(set(zones.values())) > 30
    assert set(zones) <= set(damascus.links)
    assert zones_of_links(damascus, _DAMASCUS, "a-table-of-trips") == {}


def test_sites_and_flows_of_a_scenario(tmp_path: Path) -> None:
    net = roads.avenue(tmp_path)
    demand = roads.routes(
        tmp_path, roads.flow("avenue", "w1 w2 w3", 14, end_s=300), roads.flow("first", "s1 n1", 4, end_s=300)
    )
    inputs = roads.inputs(net, demand, end_s=300)
    network, traffic = read_network(net), read_traffic(inputs, cache=tmp_path)
    by_link, by_junction, by_signal = (
        camera_survey(network, traffic, inputs, {"w1": "west"}, at) for at in (LINK, JUNCTION, SIGNAL)
    )
    assert by_link.vehicles == 18
    assert by_link.pairs == (("west", "w3"), ("s1", "n1"))
    assert len(by_link.sites) == 7
    assert {site.id: set(site.links) for site in by_junction.sites} == {"x": {"w1", "s1"}, "y": {"w2", "s2"}}
    assert {site.id: set(site.links) for site in by_signal.sites} == {"x": {"w1", "s1"}, "y": {"w2", "s2"}}
