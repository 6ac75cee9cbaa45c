"""A crossroads to count on: links w, s come in, e, n go out of the junction x; w2 leads on from e."""

from congestion_lab.demand.counts.countmatching import RoadLink, RoadMap

LINKS = {
    "w": RoadLink("w", ((-200.0, 0.0), (0.0, 0.0)), 2, "a", "x"),
    "s": RoadLink("s", ((0.0, -200.0), (0.0, 0.0)), 1, "b", "x"),
    "e": RoadLink("e", ((0.0, 0.0), (200.0, 0.0)), 2, "x", "c"),
    "n": RoadLink("n", ((0.0, 0.0), (0.0, 200.0)), 1, "x", "d"),
    "e_back": RoadLink("e_back", ((200.0, 8.0), (0.0, 8.0)), 2, "c", "x"),
}
MOVEMENTS = {("w", "e"): 2, ("w", "n"): 1, ("s", "n"): 1, ("s", "e"): 1, ("e_back", "e"): 1, ("e_back", "n"): 1}


def in_metres(place: tuple[float, float]) -> tuple[float, float]:
    """Degrees as if each were a metre's hundred-thousandth."""
    return place[0] * 1e5, place[1] * 1e5


ROADS = RoadMap(LINKS, MOVEMENTS, in_metres)
