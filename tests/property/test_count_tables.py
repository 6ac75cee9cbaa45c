"""Whatever counts are written, the same are read."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.demand.counts.countmeans import DayCount
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.counttable import read_counts, write_counts

_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text == text.strip())
_TIMES = st.integers(0, 86399).flatmap(lambda begin: st.tuples(st.just(begin), st.integers(begin + 1, begin + 86399)))


@st.composite
def _counts(draw: st.DrawFn) -> Count:
    begin, end = draw(_TIMES)
    onto = draw(st.just("") | _NAMES)
    vehicles = draw(st.floats(0, 1e9, allow_subnormal=False))
    return Count(draw(_NAMES), onto, float(begin), float(end), draw(st.just("") | _NAMES), vehicles)


@settings(max_examples=150)
@given(
    st.lists(
        _counts(), min_size=1, max_size=5, unique_by=lambda one: (one.link, one.onto, one.begin_s, one.end_s, one.kind)
    )
)
def test_counts_round_trip(counts: list[Count]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "counts.csv"
        write_counts(target, [DayCount(count, 1, None) for count in counts])
        assert list(read_counts(target)) == counts
