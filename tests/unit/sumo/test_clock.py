import pytest

from congestion_lab.sumo.files.clock import moment_s, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.5", 12.5), ("1:00", 60), ("07:30:00", 27_000), ("1:00:00:10", 86_410), ("-1.00", -1)],
)
def test_times_as_sumo_writes_them(text: str, expected: float) -> None:
    assert seconds(text) == moment_s(text) == expected


@pytest.mark.parametrize("text", ["triggered", "", "1:00:00:00:00", "7h"])
def test_words_are_no_times(text: str) -> None:
    assert moment_s(text) is None
    with pytest.raises(ValueError, match="no number of seconds"):
        seconds(text)
