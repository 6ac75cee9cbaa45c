import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.reporting import scales
from congestion_lab.reporting.maps.packing import NOBODY, packed
from congestion_lab.reporting.scales import ColourClass, Scale

SCALES = st.sampled_from([scales.SPEED_KMH, scales.DELAY_CHANGE, scales.SERVICE, scales.SPILLBACK_PERCENT])
VALUES = st.floats(-100, 200) | st.just(math.nan) | st.sampled_from([10.0, 20.0, -3.0, 0.5, 1.0])


@given(SCALES, st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_unpacked_is_the_class_of_the_value(scale: Scale, rows: list[list[float]]) -> None:
    texts = packed(np.array(rows), scale)
    unpacked = [["none" if char == NOBODY else scale.classes[int(char)].key for char in text] for text in texts]
    assert unpacked == [[scale.key_of(value) for value in row] for row in rows]


def test_a_scale_of_more_classes_than_digits_is_refused() -> None:
    classes = tuple(ColourClass(f"x{place}", float(place), place + 1.0, "#000", "#fff") for place in range(11))
    with pytest.raises(ValueError, match="11 classes"):
        packed(np.array([[1.0]]), Scale(classes))
