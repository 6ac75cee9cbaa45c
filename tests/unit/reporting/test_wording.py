import math

import pytest

from congestion_lab.core.names import clean_name
from congestion_lab.reporting.translation import ARABIC_INDIC, _, speaking
from congestion_lab.reporting.wording import exact, interval, number, percent, queue_text, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.56, "1\u202f234.6"), (-0.04, "0.0"), (-1.0, "\u22121.0"), (math.nan, "\u2013"), (math.inf, "\u2013")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_changes_carry_their_sign() -> None:
    assert (signed(2.0), signed(-2.0), signed(0.0)) == ("+2.0", "\u22122.0", "0.0")
    assert percent(-0.124, 1) == "\u221212.4\u202f%"


def test_a_sign_that_arabic_would_mirror_stands_as_its_legend_has_it() -> None:
    assert (queue_text(43.2, full=True), queue_text(43.2, full=False)) == ("≥\u202f43", "43")
    with speaking("ar", numerals=ARABIC_INDIC):
        assert queue_text(43.2, full=True) == "\u2066≥\u202f٤٣\u2069"


def test_arabic_sets_the_sign_of_percent_close() -> None:
    with speaking("ar"):
        assert percent(-0.124, 1) == "\u2066\u221212.4%\u2069"
    with speaking("ar", numerals=ARABIC_INDIC):
        assert (percent(-0.124, 1), _("Change, %")) == ("\u2212١٢٫٤٪", "التغير، ٪")


def test_times_of_a_plan_keep_the_tenths_that_they_have() -> None:
    assert (exact(90.0), exact(89.7), exact(89.96), exact(0.1 + 0.2)) == ("90", "89.7", "90", "0.3")


def test_one_seed_has_no_interval() -> None:
    assert interval(-math.inf, math.inf) == "\u2013"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\u061c", "\ufeff"])
def test_names_lose_what_reorders_or_hides_text(hidden: str) -> None:
    assert clean_name(f" Baghdad{hidden}\n Street ") == "Baghdad Street"


def test_names_keep_what_arabic_and_persian_need() -> None:
    joined = "\u0645\u06cc\u200c\u062e\u0648"
    assert clean_name(joined) == joined
