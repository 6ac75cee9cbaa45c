import gzip
import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.checks import Severity
from congestion_lab.signals.plan import Aspect
from congestion_lab.sumo.building.netconvert import without_header
from congestion_lab.sumo.building.networkbuild import build, check, net_of
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans

_TOY = Path(__file__).parents[1] / "network" / "authored.py"
_SPEC = importlib.util.spec_from_file_location("authored_model", _TOY)
authored = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(authored)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored.written(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def net(folder: Path) -> Path:
    return build(folder, "before")


def test_the_same_tables_give_the_same_bytes(folder: Path, net: Path) -> None:
    first = net.read_bytes()
    assert build(folder, "before").read_bytes() == first
    assert first[4:8] == b"\0\0\0\0", "no time in the gzip header"


def test_the_present_network_is_the_default(folder: Path) -> None:
    assert build(folder).name == "toy.net.xml.gz"


def test_streets_keep_their_names_in_both_languages(net: Path) -> None:
    link = read_network(net).links["opening-cross"]
    assert (link.name_en, link.name_ar, link.kind) == ("Main", "رئيسي", "arterial")


def test_a_sound_model_has_no_finding(folder: Path, net: Path) -> None:
    assert check(folder, "before") == ()
    assert check(net) == ()


def test_signals_are_those_of_the_tables(net: Path) -> None:
    plans = read_plans(net)
    assert {plan.controller_id: plan.cycle_s for plan in plans} == {"cross": 100, "bridge.e": 90, "bridge.w": 90}


def test_present_plans_serve_every_head_and_never_two_protected_foes(net: Path) -> None:
    plans = read_plans(net)
    for place in read_intersections(net):
        plan = plans.plan_of(place.controller_id)
        of_head = {head: number for number, group in enumerate(plan.groups) for head in group.heads}
        for interval in plan.intervals:
            shown = [interval.aspects[of_head[head]] for head in range(place.head_count)]
            green = {head for head, aspect in enumerate(shown) if aspect.is_green}
            protected = {head for head in green if shown[head] is Aspect.GREEN}
            assert not [pair for pair in place.conflicts if set(pair) <= protected]
            assert not [(a, b) for a, b in place.yields if a in protected and b in green]
        served = {of_head[head] for head in range(place.head_count)}
        assert all(any(interval.aspects[group].is_green for interval in plan.intervals) for group in served)


def test_tables_newer_than_the_net_are_told(tmp_path: Path) -> None:
    folder = authored.written(tmp_path)
    build(folder)
    authored.written(tmp_path, links=[*authored.LINKS[:-1], authored.LINKS[-1].replace(",80,", ",60,")])
    (finding,) = check(folder)
    assert (finding.rule, finding.severity, finding.place) == ("stale", Severity.ERROR, "toy.net.xml.gz")


def test_folder_whose_net_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="the network is not built yet"):
        check(authored.written(tmp_path))


@pytest.fixture
def without_tables(folder: Path, net: Path, tmp_path: Path) -> Path:
    """A folder whose net was made elsewhere, with the manifest that demand needs."""
    shutil.copy(folder / "network.yaml", tmp_path)
    shutil.copy(net, tmp_path / "toy.net.xml.gz")
    return tmp_path


def test_a_folder_without_tables_has_the_net_checked_that_its_manifest_names(without_tables: Path) -> None:
    named = without_tables / "toy.net.xml.gz"
    assert net_of(without_tables) == named
    assert check(without_tables) == ()
    text = gzip.decompress(named.read_bytes()).decode()
    named.write_bytes(gzip.compress(re.sub('speed="16.67"', 'speed="60.00"', text).encode()))
    found = check(without_tables)
    assert {finding.rule for finding in found} == {"speeds"}
    assert found == check(named)


def test_a_folder_without_tables_whose_net_is_not_there(without_tables: Path) -> None:
    with pytest.raises(NetworkError, match="the net is missing") as caught:
        check(without_tables, "before")
    assert caught.value.faults[0].source == str(without_tables / "toy-before.net.xml.gz")
    assert "network.yaml" in caught.value.faults[0].hint


def test_of_some_tables_the_missing_ones_are_named(without_tables: Path, folder: Path) -> None:
    shutil.copy(folder / "links.csv", without_tables)
    with pytest.raises(NetworkError) as caught:
        check(without_tables)
    assert {Path(fault.source).name for fault in caught.value.faults} == {"nodes.csv", "controls.csv", "changes.csv"}


def test_unknown_variant(folder: Path) -> None:
    with pytest.raises(NetworkError, match="no variant 'future'"):
        build(folder, "future")


def test_a_net_has_no_variants(net: Path) -> None:
    assert net_of(net) == net
    with pytest.raises(NetworkError, match="a net has no variants, so there is no 'before'"):
        net_of(net, "before")


def test_header_with_date_and_paths_is_left_out() -> None:
    assert without_header("<?xml?>\n<!-- generated on 2026 by me\n -- -->\n<net/>") == "<?xml?>\n<net/>"
