import pytest

from congestion_lab.reporting.translation import _, direction, language, plural, speaking


def test_english_is_the_source() -> None:
    assert (_("Delay"), language(), direction()) == ("Delay", "en", "ltr")
    assert plural("{count} seed", "{count} seeds", 1) == "1 seed"
    assert plural("{count} seed", "{count} seeds", 3) == "3 seeds"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(FileNotFoundError), speaking("tlh"):
        pass
    assert language() == "en"
