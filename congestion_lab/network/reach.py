"""What can be driven to from where."""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def main_part(onward: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the largest set of links of which each reaches every other; the first by id among equals."""
    names = sorted(onward)
    if not names:
        return frozenset()
    numbers = {name: number for number, name in enumerate(names)}
    pairs = [(numbers[before], numbers[after]) for before in names for after in onward[before]]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(names)))
    _, labels = connected_components(graph, directed=True, connection="strong")
    largest = np.bincount(labels).argmax()
    return frozenset(name for name, label in zip(names, labels, strict=True) if label == largest)


def reached(start: Iterable[str], onward: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return everything that can be reached from the start, the start included."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        fresh = set(onward[waiting.pop()]) - seen
        seen |= fresh
        waiting.extend(fresh)
    return frozenset(seen)
