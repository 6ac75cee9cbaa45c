"""Who goes on to SUMO."""

import numpy as np

from congestion_lab.optimization.search.finalists import distinct, finalists


def test_copies_of_a_plan_are_left_out() -> None:
    places = np.array([[0.5, 0.5], [0.51, 0.5], [0.5, 0.6], [0.5, 0.61], [0.9, 0.9]])
    assert distinct(places, 10) == [0, 2, 4]
    assert distinct(places, 2) == [0, 2]


def test_the_best_goes_first_then_the_farthest_of_its_equals_then_the_others() -> None:
    delays = np.array([30.0, 30.1, 30.2, 33.0, 34.0])
    places = np.array([[0.5, 0.5], [0.55, 0.5], [0.9, 0.9], [0.1, 0.1], [0.2, 0.1]])
    known = np.array([[0.5, 0.4]])
    assert finalists(delays, places, known, 5, error=0.01) == [0, 2, 1, 3, 4]
    assert finalists(delays, places, known, 2, error=0.01) == [0, 2]


def test_the_more_the_expectation_errs_the_more_plans_count_as_equal_within_limits() -> None:
    delays, places = np.array([30.0, 30.6, 33.0]), np.array([[0.5], [0.6], [1.0]])
    known = np.array([[0.55]])
    assert finalists(delays, places, known, 2, error=0.0) == [0, 1]
    assert finalists(delays, places, known, 2, error=0.03) == [0, 1]
    assert finalists(delays[[0, 1, 1]], places, known, 2, error=0.03) == [0, 2]
    assert finalists(delays, places, known, 2, error=np.inf) == [0, 1]


def test_nobody_is_picked_from_nobody() -> None:
    assert finalists(np.empty(0), np.empty((0, 2)), np.empty((0, 2)), 3, error=0.1) == []
