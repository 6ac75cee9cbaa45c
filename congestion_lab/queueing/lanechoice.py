"""Which lanes of a link a route may queue on: those that lead on for long enough without a change of lanes."""

import numpy as np
from numba import njit

_FAR_M = 1000.0
"""Distance beyond which nobody looks for a lane."""
_SETTLED_M = 300.0
"""A lane that leads on for so long is as good as the best: there is time to change later."""
MAX_LANES = 32
"""Lanes per link that fit into the bits of a leg."""


@njit(cache=True)
def fill_legs(links, lanes, paths, classes, route_offsets, route_links, routes, bits, offsets, legs_out):
    """Write the link and the lanes of every leg of itineraries, from the last leg back."""
    ahead = np.zeros(MAX_LANES)  # metres that each lane of the leg ahead can be driven without changing lanes
    beyond = np.zeros(MAX_LANES)  # the same from the end of each lane of this leg on; -1 if it does not lead on
    for itinerary in range(routes.size):
        route = routes[itinerary]
        start, legs = route_offsets[route], route_offsets[route + 1] - route_offsets[route]
        bit = np.uint64(1) << bits[itinerary]
        for leg in range(legs - 1, -1, -1):
            here = route_links[start + leg]
            slot = offsets[itinerary] + leg
            legs_out[slot].link = here
            first, count = links[here].first_lane, links[here].end_lane - links[here].first_lane
            furthest = -1.0
            for index in range(count):
                lane = first + index
                beyond[index] = -1.0
                if classes[lane] & bit and leg == legs - 1:
                    beyond[index] = _FAR_M
                elif classes[lane] & bit:
                    following = legs_out[slot + 1].link
                    for path in range(lanes[lane].first_path, lanes[lane].end_path):
                        entry = paths[path].to_lane
                        if lanes[entry].link == following and classes[entry] & bit:
                            reach = paths[path].length_m + ahead[entry - links[following].first_lane]
                            beyond[index] = max(beyond[index], min(reach, _FAR_M))
                furthest = max(furthest, beyond[index])
            mask = np.uint32(0)
            for index in range(count):
                if beyond[index] >= 0.0 and beyond[index] >= min(furthest, _SETTLED_M):
                    mask |= np.uint32(1) << np.uint32(index)
            legs_out[slot].lanes = mask
            for index in range(count):
                ahead[index] = lanes[first + index].length_m + max(beyond[index], 0.0)
