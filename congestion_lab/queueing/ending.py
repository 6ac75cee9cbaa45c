"""The end of a run: vehicles that are still on their way count as far as they came.

Compiled code of its own file calls none of another's: numba's cache would not see that it changed.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def settle(s, p, w, ended_s, horizon_s, begin_s):
    """Count those who are still on a lane, and return the lane whose first vehicle has stood longest, or -1.

    Whoever could not have reached the queue yet has driven freely; whoever stands has lost the time since it could
    have been at the stop line, and goes on losing it up to the horizon.

    Args:
        s: Roads.
        p: Vehicles.
        w: What the run left; trips, movements and passages are completed.
        ended_s: When the run ended.
        horizon_s: Up to when vehicles count.
        begin_s: Movements are counted from here on.
    """
    longest, since_s = -1, ended_s
    for lane in range(s.lanes.size):
        base, size = s.lanes[lane].first_slot, s.lanes[lane].ring
        ahead_m = 0.0
        for index in range(w.lanes[lane].count):
            slot = base + (w.lanes[lane].first + index) % size
            vehicle = w.slots[slot].vehicle
            entered, ready = w.slots[slot].entered, w.slots[slot].ready
            length_m = w.slots[slot].length_m
            limit = min(s.lanes[lane].speed_mps * p.vehicles[vehicle].speed_factor, p.vehicles[vehicle].max_speed_mps)
            share = min(1.0, max(0.0, ended_s - entered) / max(ready - entered, 0.1))
            driven_m = max(0.0, min(share * length_m, length_m - ahead_m))
            queued_s = entered + max(0.0, 1.0 - ahead_m / length_m) * (ready - entered)
            free_s = driven_m / limit
            accel, decel = p.vehicles[vehicle].full_accel_mps2, p.vehicles[vehicle].decel_mps2
            for stop in range(p.vehicles[vehicle].first_stop, p.vehicles[vehicle].end_stop):
                if p.stops[stop].leg == w.vehicles[vehicle].leg - p.vehicles[vehicle].first_leg:
                    swings_s = 0.5 * limit * (1.0 / accel + 1.0 / decel)
                    free_s += share * (p.stops[stop].stands_s + swings_s)  # stops are no loss
            w.vehicles[vehicle].ideal_s += free_s
            w.vehicles[vehicle].distance_m += driven_m
            ahead_m += w.slots[slot].space_m
            if ended_s > queued_s:
                w.vehicles[vehicle].stops += 1.0
                w.vehicles[vehicle].waiting_s += horizon_s - queued_s
            if index == 0 and max(ready, w.lanes[lane].left_at) < since_s:
                longest, since_s = lane, max(ready, w.lanes[lane].left_at)
            leg = w.vehicles[vehicle].leg
            if leg < w.vehicles[vehicle].last_leg and ended_s >= begin_s:
                delay_s = ended_s - entered - length_m / s.lanes[lane].speed_mps + w.vehicles[vehicle].outside_s
                if delay_s > 0.0:
                    _queues_for(s, w, lane, p.legs[leg + 1].link, delay_s)
            noted = w.total[0].noted
            if noted < w.passages.size and entered < ended_s:
                w.passages[noted].lane = lane
                w.passages[noted].vehicle = vehicle
                w.passages[noted].departs = leg == p.vehicles[vehicle].first_leg
                w.passages[noted].entered_s = entered
                w.passages[noted].ready_s = ready
                w.passages[noted].left_s = np.nan
                w.passages[noted].free_s = free_s
                w.passages[noted].length_m = driven_m
                w.total[0].noted += 1
    return longest


@njit(cache=True, nogil=True)
def _queues_for(s, w, lane, link, delay_s):
    """Count a vehicle that still queues for a movement."""
    for path in range(s.lanes[lane].first_path, s.lanes[lane].end_path):
        if s.lanes[s.paths[path].to_lane].link == link:
            w.paths[path].vehicles += 1.0
            w.paths[path].delay_s += delay_s
            return
