from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.estimation.discharge import Green, read_greens, saturation_headways

_HEAD = "link_id,lanes,green_s,vehicles\n"


def test_greens_that_all_say_two_seconds_give_two_seconds() -> None:
    greens = [Green("a", 2, green_s, green_s) for green_s in (20.0, 30.0, 40.0)]
    (found,) = saturation_headways(greens)
    assert found.headway_s == pytest.approx(2.0)
    assert found.error_s == pytest.approx(0.0)
    assert found.greens == 3


def test_the_error_is_that_of_many_tries() -> None:
    random = np.random.default_rng(1)
    found = [
        saturation_headways([Green("a", 1, 30.0, 15.0 + random.standard_normal()) for _ in range(12)])[0]
        for _ in range(400)
    ]
    assert np.mean([one.headway_s for one in found]) == pytest.approx(2.0, abs=0.01)
    assert np.std([one.headway_s for one in found]) == pytest.approx(np.mean([one.error_s for one in found]), rel=0.1)


def test_approaches_are_kept_apart_and_one_green_has_no_error() -> None:
    first, second = saturation_headways([Green("b", 1, 30.0, 10.0), Green("a", 1, 30.0, 20.0)])
    assert (first.link, second.link) == ("a", "b")
    assert (first.headway_s, second.headway_s) == pytest.approx((1.5, 3.0))
    assert np.isnan(first.error_s)


def test_a_table_of_greens_is_read(tmp_path: Path) -> None:
    (tmp_path / "greens.csv").write_text(_HEAD + "a,2,30,31\n")
    assert read_greens(tmp_path / "greens.csv") == (Green("a", 2, 30.0, 31.0),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("link_id,lanes\na,1\n", "columns are missing: green_s, vehicles"),
        (_HEAD, "holds no row of data"),
        (_HEAD + "a,1,0,5\n", "greens.csv:2: 5 vehicles of 1 lanes in 0 s"),
        (_HEAD + ",1,30,5\n", "greens.csv:2: a green needs its link"),
        (_HEAD + "a,one,30,5\n", "greens.csv:2: 'one' is no number"),
        (_HEAD + "a,1.5,30,5\n", "greens.csv:2: 5 vehicles of 1.5 lanes"),
        (_HEAD + "\n\na,1,30,-5\n", "greens.csv:4: -5 vehicles"),
        (_HEAD + "a,1,30,5,6\n", "greens.csv:2: the row has more cells"),
    ],
)
def test_faulty_tables_are_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "greens.csv").write_text(text)
    with pytest.raises(DemandError) as error:
        read_greens(tmp_path / "greens.csv")
    assert told in str(error.value)
