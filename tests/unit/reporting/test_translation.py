import pytest

from congestion_lab.reporting.translation import (
    ARABIC_INDIC,
    _,
    beside,
    direction,
    here,
    isolated,
    language,
    left_to_right,
    listed,
    onward,
    plural,
    speaking,
)


def test_english_is_the_source() -> None:
    assert (_("Delay"), language(), direction()) == ("Delay", "en", "ltr")
    assert plural("{count} seed", "{count} seeds", 1) == "1 seed"
    assert plural("{count} seed", "{count} seeds", 3) == "3 seeds"
    assert (left_to_right("−1"), isolated("x"), onward("A", "B"), listed(["a", "b"])) == ("−1", "x", "A → B", "a, b")


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(FileNotFoundError), speaking("tlh"):
        pass
    assert language() == "en"


def test_arabic_counts_in_six_forms() -> None:
    with speaking("ar"):
        said = [plural("{count} link", "{count} links", count) for count in (0, 1, 2, 3, 11, 100)]
    assert said == ["لا وصلات", "وصلة واحدة", "وصلتان", "3 وصلات", "11 وصلة", "100 وصلة"]


def test_arabic_runs_from_right_to_left_and_figures_in_it_do_not() -> None:
    with speaking("ar"):
        assert direction() == "rtl"
        assert left_to_right("−1.5") == "\u2066−1.5\u2069"
        assert isolated("J3_a") == "\u2068J3_a\u2069"
        assert onward("A", "B") == "A ← B"
    with speaking("ar", numerals=ARABIC_INDIC):
        assert plural("{count} seed", "{count} seeds", 12) == "١٢ بذرة"
        assert left_to_right("−١٫٥") == "−١٫٥"


def test_what_stands_beside_a_figure_is_no_zero() -> None:
    """The middle dot of English is the zero of Arabic-Indic digits to the eye: `٣٠٠ · م`."""
    assert beside(["Dead ends", "1"]) == "Dead ends · 1"
    with speaking("ar", numerals=ARABIC_INDIC):
        assert not set("·•٠") & set(beside(["", "١"]))


@pytest.mark.parametrize(("name_en", "name_ar"), [("Port Said", ""), ("", "شارع بغداد"), ("", "")])
def test_a_street_without_a_name_in_this_language_keeps_that_which_it_has(name_en: str, name_ar: str) -> None:
    assert here(name_en, name_ar) == name_en + name_ar
    with speaking("ar"):
        assert here(name_en, name_ar) == name_en + name_ar


def test_a_street_is_named_in_the_language_of_the_page() -> None:
    assert here("Baghdad Street", "شارع بغداد") == "Baghdad Street"
    with speaking("ar"):
        assert here("Baghdad Street", "شارع بغداد") == "شارع بغداد"


def test_figures_in_sentences_take_the_numerals_of_the_page_but_not_those_of_names_and_code() -> None:
    with speaking("ar", numerals=ARABIC_INDIC):
        assert "٩٥" in _("95th percentile travel time")
        assert "ODbL 1.0" in _("© OpenStreetMap contributors, ODbL 1.0")
        assert "`--hold-out 0.2`" in _(
            "No link was held out, so nothing here was predicted: `--hold-out 0.2` keeps a fifth of the links aside."
        )
        assert _("Filled: fitted to. Hollow: held out. In the band GEH is below 5.").endswith("عن ٥.")
