from congestion_lab.reporting.drawing.svg import element, path_data


def test_points_that_repeat_the_one_before_are_left_out_and_a_ring_stays_closed() -> None:
    ring = [(0.0, 0.0), (0.01, 0.0), (10.0, 0.0), (5.0, 5.0), (0.0, 0.0)]
    assert path_data(ring) == "M0 0L10 0L5 5L0 0"


def test_what_stands_in_an_element_is_text() -> None:
    assert element("text", {"class": '"><script>'}, "<b>") == ('<text class="&#34;&gt;&lt;script&gt;">&lt;b&gt;</text>')
