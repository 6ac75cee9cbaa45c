"""Synchro's combined CSV: the arithmetic that real files keep, read by an independent reader and by utdf2gmns."""

from pathlib import Path

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting.formats import export
from congestion_lab.exporting.utdf.nodes import plain
from congestion_lab.signals.planfile import PlanFile
from congestion_lab.signals.rings.ringreading import faithful_rings
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests.utdf import Utdf, read_utdf

_MARKING = "NOT CERTIFIED: 2 of 77 controllers breach a rule: a, b. Not for use in a controller."
_NETWORK = Path(__file__).parents[3] / "networks" / "damascus" / "damascus.net.xml.gz"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The present plans of all controllers of Damascus: fixed, with one ring and with two."""
    network = read_network(_NETWORK)
    content = PlanFile("damascus", network.digest, read_intersections(_NETWORK), read_plans(_NETWORK))
    written = export(content, "utdf", tmp_path_factory.mktemp("utdf"), network=network, marking=_MARKING)
    return written.files[0]


@pytest.fixture(scope="module")
def utdf(file: Path) -> Utdf:
    return read_utdf(file)


def test_the_marking_is_the_first_record_and_at_every_signal(utdf: Utdf) -> None:
    told = _MARKING.replace(",", ";")
    assert next(iter(utdf.network.items())) == ("marking", told)
    assert all(told in row["DESCRIPTION"] for row in utdf.nodes if row["TYPE"] == "0")


def test_rings_hold_every_present_plan_of_damascus_exactly() -> None:
    sites = {site.controller_id: site for site in read_intersections(_NETWORK)}
    held = [faithful_rings(plan, sites[plan.controller_id]) for plan in read_plans(_NETWORK)]
    assert all(departures == () for _, departures in held)
    assert sum(len(rings.rings) == 2 for rings, _ in held) == 19


def _controllers(utdf: Utdf) -> list[str]:
    return sorted({node for _, node in utdf.tables["Timeplans"]})


def test_all_sections_are_there(file: Path, utdf: Utdf) -> None:
    text = file.read_text()
    for name, title in (
        ("Network", "Network Settings"),
        ("Nodes", "Node Data"),
        ("Links", "Link Data"),
        ("Lanes", "Lane Group Data"),
        ("Timeplans", "Timing Plan Settings"),
        ("Phases", "Phasing Data"),
    ):
        assert f"[{name}]\n{title}\n" in text
    assert utdf.network["UTDFVERSION"] == "8"
    assert len(_controllers(utdf)) == 77


def test_times_of_every_phase_depend_on_each_other_as_in_real_files(utdf: Utdf) -> None:
    checked = 0
    for node in _controllers(utdf):
        plan = utdf.plan(node)
        cycle = plan["Cycle Length"]

        def same(one: float, other: float, cycle: float = cycle) -> bool:
            return min((one - other) % cycle, (other - one) % cycle) < 0.05

        for row in utdf.phases(node).values():
            clearing = row["Yellow"] + row["AllRed"]
            assert same(row["Yield"], row["End"] - clearing)
            assert same(row["LocalStart"], row["Start"] - plan["Offset"])
            assert same(row["LocalYield"], row["Yield"] - plan["Offset"])
            assert same(row["LocalYield170"], row["Yield170"] - plan["Offset"])
            assert same(row["Yield170"], row["Yield"] - row["DontWalk"])
            assert row["MinSplit"] >= row["MinGreen"] + clearing - 0.05
            assert row["MinSplit"] >= row["Walk"] + row["DontWalk"] + clearing - 0.05
            assert row["ActGreen"] == pytest.approx(((row["End"] - row["Start"]) % cycle or cycle) - clearing)
            assert row["MaxGreen"] == row["ActGreen"] >= row["MinGreen"]
            assert row["Recall"] == 3
            assert all(0 <= row[name] < cycle for name in ("Start", "End", "Yield", "LocalStart"))
            checked += 1
    assert checked > 200


def test_the_offset_is_the_start_of_the_reference_phase(utdf: Utdf) -> None:
    for node in _controllers(utdf):
        plan, phases = utdf.plan(node), utdf.phases(node)
        assert plan["Control Type"] == 0
        assert plan["Referenced To"] == 3
        assert phases[int(plan["Reference Phase"])]["Start"] == plan["Offset"]
        assert 0 <= plan["Offset"] < plan["Cycle Length"]


def test_rings_add_up_to_the_cycle_and_meet_at_barriers(utdf: Utdf) -> None:
    two_rings = 0
    for node in _controllers(utdf):
        cycle, phases = utdf.plan(node)["Cycle Length"], utdf.phases(node)
        splits: dict[str, dict[str, float]] = {}
        for row in phases.values():
            barrier, ring, _ = f"{row['BRP']:.0f}"
            length = row["ActGreen"] + row["Yellow"] + row["AllRed"]
            splits.setdefault(ring, {}).setdefault(barrier, 0.0)
            splits[ring][barrier] += length
        assert all(sum(ring.values()) == pytest.approx(cycle) for ring in splits.values())
        assert all(ring == pytest.approx(splits["1"]) for ring in splits.values())
        two_rings += len(splits) == 2
    assert two_rings > 10


def test_phases_of_two_rings_stand_where_their_numbers_say(utdf: Utdf) -> None:
    for node in _controllers(utdf):
        phases = utdf.phases(node)
        if any(f"{row['BRP']:.0f}"[1] == "2" for row in phases.values()):
            for number, row in phases.items():
                barrier, ring, _ = (int(digit) for digit in f"{row['BRP']:.0f}")
                assert (number - 1) // 8 == (barrier - 1) // 2
                assert (number - 1) % 8 // 4 == ring - 1
                assert (number - 1) % 4 // 2 == (barrier - 1) % 2


def test_every_reference_leads_somewhere(utdf: Utdf) -> None:
    numbers = {row["INTID"] for row in utdf.nodes}
    assert len(numbers) == len(utdf.nodes)
    for (name, _), row in (*utdf.tables["Links"].items(), *utdf.tables["Lanes"].items()):
        if name in {"Up ID", "Up Node", "Dest Node"}:
            assert {text for text in row.values() if text} <= numbers
    for (name, node), row in utdf.tables["Lanes"].items():
        if name.startswith(("Phase", "PermPhase")):
            owner = next(one for one in _controllers(utdf) if node in _nodes_of(utdf, one))
            assert {int(text) for text in row.values() if text} <= {-1, *utdf.phases(owner)}


def _nodes_of(utdf: Utdf, controller: str) -> set[str]:
    return {f"{value:.0f}" for name, value in utdf.plan(controller).items() if name.startswith("Node ")}


@pytest.mark.parametrize(
    ("text", "told"), [('Bab Touma, "old", gate', "Bab Touma; 'old'; gate"), ("=1+1,2", "'=1+1;2"), ("a\nb,c", "a b;c")]
)
def test_no_text_is_taken_for_two_cells_two_lines_or_a_formula(text: str, told: str) -> None:
    assert plain(text) == told


def test_without_the_roads_it_is_refused(tmp_path: Path) -> None:
    content = PlanFile("s", "d", read_intersections(_NETWORK)[:1], read_plans(_NETWORK))
    with pytest.raises(SignalPlanError, match="has no intersection"):
        export(content, "utdf", tmp_path)
    content = PlanFile("s", "d", read_intersections(_NETWORK), read_plans(_NETWORK))
    with pytest.raises(SignalPlanError, match="--network"):
        export(content, "utdf", tmp_path)
    with pytest.raises(SignalPlanError, match="another network"):
        export(content, "utdf", tmp_path, network=read_network(_NETWORK))
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore")  # of the other program
def test_utdf2gmns_reads_it(file: Path, utdf: Utdf) -> None:
    from utdf2gmns import read_UTDF  # noqa: PLC0415 -- its import takes a second that no other test needs

    found = read_UTDF(str(file))
    assert set(found) >= {"Network", "Nodes", "Links", "Lanes", "Timeplans", "Phases"}
    assert found["Nodes"]["INTID"].tolist() == [row["INTID"] for row in utdf.nodes]
    for name in ("Links", "Lanes", "Timeplans", "Phases"):
        rows = found[name].set_index(["RECORDNAME", "INTID"])
        assert len(rows) == len(utdf.tables[name])
        for key, row in utdf.tables[name].items():
            assert rows.loc[key].to_dict() == row
