from pathlib import Path

from congestion_lab.sumo.routes.demandfacts import emission_classes, entry_links, entry_of

ROUTES = """<routes>
<vType id="car" emissionClass="HBEFA4/PC_petrol_Euro-3"/><vType id="cart"/>
<vTypeDistribution id="mix"><vType id="bus" emissionClass="HBEFA4/UBus"/></vTypeDistribution>
<route id="r" edges="c d"/>
<vehicle id="own" depart="0"><route edges="a b"/></vehicle>
<vehicle id="named" route="r" depart="0"/>
<trip id="trip" from="e" to="f" depart="0"/>
<flow id="flow" begin="0" end="9" number="3"><route edges="g h"/></flow>
<trip id="zone" fromTaz="1" toTaz="2" depart="0"/>
</routes>"""


def test_entries_are_told_by_route_or_by_from(tmp_path: Path) -> None:
    path = tmp_path / "demand.rou.xml"
    path.write_text(ROUTES)
    found = entry_links([path])
    assert found == {"own": "a", "named": "c", "trip": "e", "flow": "g"}
    assert entry_of("flow.2", found) == "g"
    assert entry_of("own", found) == "a"
    assert entry_of("zone", found) == entry_of("nobody.1", found) == ""


def test_emission_classes_are_those_that_types_state(tmp_path: Path) -> None:
    path = tmp_path / "demand.rou.xml"
    path.write_text(ROUTES)
    assert emission_classes([path]) == {"car": "HBEFA4/PC_petrol_Euro-3", "cart": "", "bus": "HBEFA4/UBus"}
