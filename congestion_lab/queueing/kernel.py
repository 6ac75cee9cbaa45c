"""The step loop: every vehicle moves from stop line to stop line, second by second.

Lanes are first-in-first-out queues. A vehicle is ready at its stop line when it could have driven there freely; it
crosses when the one ahead has left a saturation headway, its signal lets it, nobody with priority is near, and the lane
ahead has room. Room travels upstream through a queue at the speed of the backward wave (Newell 1993). Moments are not
rounded to steps: a step handles what happens in the second before it.
"""

import math

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Without reference counts (`_nrt`): nothing is allocated here, and counting takes longer than the traffic."""
compiled = njit(**_OPTIONS)  # type: ignore[call-overload] # undocumented
inlined = njit(**_OPTIONS, forceinline=True)  # type: ignore[call-overload]
"""For all that `run` calls: handing the arrays on is some two hundred machine words a call, most of a run's time."""

NEVER = 1e18
RED, YELLOW, GREEN, PERMITTED, UNCONTROLLED = 0, 1, 2, 3, 4
FINISHED, GRIDLOCK = 0, 1
_LOOK_AHEAD = 4  # vehicles of a lane with priority that a yielding driver looks at
_CHANGE_M = 25.0  # length in which a vehicle changes one lane
_CHANGE_COST_M = 4.0  # queue that is longer by this is worth one lane change
_FORCED_M = 1e4
_SATURATED_S = 2.0  # headway expected of a lane that discharges
_WAVE_MPS = 6.0  # backward wave expected of a lane that discharges
_PATIENCE_BEHIND_S = 2.0  # between two looks at a full lane that nobody leaves
_PATIENCE_OUTSIDE_S = 2.0  # between two looks at a full link
_PULLED = 0.85  # share of full acceleration that a driver uses who follows another out of a queue
_FOLLOWS_S = 4.0  # behind another, within which a driver keeps to the speed of the one ahead
_CLOSE_S = 1.0  # between two stop-line arrivals of a platoon: the least headway that drivers of SUMO keep by default
_FOLLOWER = 0.6  # share of the speed lost to dawdling that followers lose once more
_BRAKED = 0.6  # share of comfortable braking at which drivers slow down for a turn
_INSERTION_S = 3.0  # between two vehicles that enter from standing
_STANDING_S = 4.0  # a queue that has not moved for longer starts anew
_STOPS_S = 1.5  # whoever is later than this at a stop line has stopped; others slowed down
_DETECTION_LAG_S = 1.2  # SUMO 1.28 ends a green 2.7 s after the last crossing for a gap of 3 s, 2 s upstream
_AHEAD_S = 2.0  # that who waits inside a junction is ahead of the next at the stop line, beside a headway
_YELLOW_USED_S = 1.0  # of yellow, after which no further vehicle is expected: who comes later stops
_PROBE_S = 10.0  # how often queues are measured
_VEHICLE_M = 7.5  # a link with less room than this is full


@inlined
def _wrapped(place, size):
    """Return a place in a ring of that size; cheaper than a division."""
    return place - size if place >= size else place


@inlined
def _released(s, w, lane, now):
    """Give free what left the lane long enough ago for the room to have reached its upstream end."""
    base, size = s.lanes[lane].first_slot, s.lanes[lane].ring
    while w.lanes[lane].gone_count > 0:
        slot = base + w.lanes[lane].gone_first
        if w.slots[slot].gone_at > now:
            return
        w.lanes[lane].used_m -= w.slots[slot].gone_m
        w.lanes[lane].gone_first = _wrapped(w.lanes[lane].gone_first + 1, size)
        w.lanes[lane].gone_count -= 1


@inlined
def _room_at(s, p, w, lane, need_m, more_m, inside_m, now, arrival):
    """When the lane has room at its upstream end for one who gets there at `arrival`; NEVER if nobody knows.

    Vehicles that roll are expected to leave as they would with nobody in their way, so that a platoon passes a lane
    shorter than itself.
    """
    _released(s, w, lane, now)
    over_m = w.lanes[lane].used_m + need_m - s.lanes[lane].length_m - more_m
    count = w.lanes[lane].count
    if count >= s.lanes[lane].ring:
        return NEVER
    if over_m <= 0.0 or (count == 0 and w.lanes[lane].gone_count == 0):
        return now
    base, size = s.lanes[lane].first_slot, s.lanes[lane].ring
    for index in range(w.lanes[lane].gone_count):
        slot = base + _wrapped(w.lanes[lane].gone_first + index, size)
        over_m -= w.slots[slot].gone_m
        if over_m <= 0.0:
            return w.slots[slot].gone_at
    if not _rolls(s, p, w, lane, now):
        return NEVER
    if over_m <= inside_m:
        return now
    left = w.lanes[lane].left_at
    first = w.lanes[lane].first
    for index in range(min(count, _LOOK_AHEAD)):
        slot = base + _wrapped(first + index, size)
        left = max(left + _SATURATED_S, w.slots[slot].ready)
        over_m -= w.slots[slot].space_m
        if over_m <= 0.0 or index == count - 1:
            return left + s.lanes[lane].length_m / _WAVE_MPS
        if left > arrival:
            return NEVER
    return NEVER


@inlined
def _rolls(s, p, w, lane, now):
    """Whether nothing holds the first vehicle of a lane."""
    if w.lanes[lane].stuck_at >= now - 1.5 or w.lanes[lane].blocker >= 0:
        return False
    vehicle = w.slots[s.lanes[lane].first_slot + w.lanes[lane].first].vehicle
    leg = w.vehicles[vehicle].leg
    if leg == w.vehicles[vehicle].last_leg:
        return True
    path = _path_towards(s, lane, p.legs[leg + 1].link)
    head = s.paths[path].head
    return head < 0 or w.heads[head].state >= GREEN


@inlined
def _chosen(s, p, w, lane, leg):
    """Path from a lane to the next link, and the lane on which the vehicle will queue there."""
    link, mask = p.legs[leg + 1].link, p.legs[leg + 1].lanes
    first = s.links[link].first_lane
    lanes = s.links[link].end_lane - first
    best, best_path, best_lane = 1e300, -1, -1
    for path in range(s.lanes[lane].first_path, s.lanes[lane].end_path):
        entry = s.paths[path].to_lane
        if s.lanes[entry].link != link:
            continue
        for index in range(lanes):
            if not (mask >> np.uint32(index)) & np.uint32(1):
                continue
            shift = abs(entry - first - index)
            cost = w.lanes[first + index].queue_m + _CHANGE_COST_M * shift
            if shift * _CHANGE_M > s.lanes[entry].length_m:
                cost += _FORCED_M * shift
            if cost < best:
                best, best_path, best_lane = cost, path, first + index
    return best_path, best_lane


@inlined
def _path_towards(s, lane, link):
    for path in range(s.lanes[lane].first_path, s.lanes[lane].end_path):
        if s.lanes[s.paths[path].to_lane].link == link:
            return path
    return -1


@inlined
def _calls_s(p, vehicle, leg, speed):
    """Return what the stops of a vehicle on a leg take: standing, and braking from and accelerating to a speed."""
    calls_s = 0.0
    swings_s = 0.5 * speed * (1.0 / p.vehicles[vehicle].full_accel_mps2 + 1.0 / p.vehicles[vehicle].decel_mps2)
    for stop in range(p.vehicles[vehicle].first_stop, p.vehicles[vehicle].end_stop):
        if p.stops[stop].leg == leg - p.vehicles[vehicle].first_leg:
            calls_s += p.stops[stop].stands_s + swings_s
    return calls_s


@inlined
def _enter(s, p, b, w, vehicle, lane, moment, speed, length_m):
    """Put a vehicle at the end of a lane's queue and say when it will be ready at the stop line."""
    leg = w.vehicles[vehicle].leg
    path = -1
    limit = min(s.lanes[lane].speed_mps * p.vehicles[vehicle].speed_factor, p.vehicles[vehicle].max_speed_mps)
    cruise = max(limit - p.vehicles[vehicle].dawdle_mps, 0.5 * limit)
    if moment - w.lanes[lane].entered_at < _FOLLOWS_S:
        cruise = max(cruise - _FOLLOWER * p.vehicles[vehicle].dawdle_mps, 0.5 * limit)
    accel = p.vehicles[vehicle].accel_mps2
    speed = min(speed, cruise)
    if cruise * cruise - speed * speed >= 2.0 * accel * length_m:
        end = math.sqrt(speed * speed + 2.0 * accel * length_m)
        took = (end - speed) / accel
    else:
        end = cruise
        took = length_m / cruise + (cruise - speed) ** 2 / (2.0 * accel * cruise)
    if leg < w.vehicles[vehicle].last_leg:
        path = _path_towards(s, lane, p.legs[leg + 1].link)
        if path >= 0:
            turn = min(s.paths[path].speed_mps * p.vehicles[vehicle].speed_factor, cruise)
            if s.paths[path].minor:
                turn = min(turn, b.minor_mps)
            if end > turn:
                took += (end - turn) ** 2 / (2.0 * _BRAKED * p.vehicles[vehicle].decel_mps2 * end)
                end = turn
    took += _calls_s(p, vehicle, leg, cruise)
    base, size = s.lanes[lane].first_slot, s.lanes[lane].ring
    slot = base + _wrapped(w.lanes[lane].first + w.lanes[lane].count, size)
    ready = moment + took
    if w.lanes[lane].count > 0:  # nobody overtakes on a lane
        ready = max(
            ready, w.slots[base + _wrapped(w.lanes[lane].first + w.lanes[lane].count - 1, size)].ready + _CLOSE_S
        )
    w.slots[slot].vehicle = vehicle
    w.slots[slot].path = path
    w.slots[slot].ready = ready
    w.slots[slot].speed = end
    w.slots[slot].entered = moment
    w.slots[slot].ahead_m = w.lanes[lane].queue_m
    w.slots[slot].length_m = length_m
    w.slots[slot].space_m = p.vehicles[vehicle].space_m
    if w.lanes[lane].count == 0:
        w.lanes[lane].try_at = ready
    w.lanes[lane].count += 1
    need_m = p.vehicles[vehicle].space_m
    w.lanes[lane].used_m += need_m
    w.lanes[lane].queue_m += need_m
    w.lanes[lane].entered_at = moment


@inlined
def _leave(s, p, w, lane, moment, speed):
    """Take the first vehicle out of a lane's queue."""
    base = s.lanes[lane].first_slot
    slot = base + w.lanes[lane].first
    vehicle = w.slots[slot].vehicle
    limit = min(s.lanes[lane].speed_mps * p.vehicles[vehicle].speed_factor, p.vehicles[vehicle].max_speed_mps)
    free_s = w.slots[slot].length_m / limit + _calls_s(p, vehicle, w.vehicles[vehicle].leg, limit)  # stops are no loss
    w.vehicles[vehicle].ideal_s += free_s
    w.vehicles[vehicle].distance_m += w.slots[slot].length_m
    late = moment - w.slots[slot].ready
    if late > _STOPS_S:
        w.vehicles[vehicle].stops += 1.0
        w.vehicles[vehicle].waiting_s += late
    noted = w.total[0].noted
    if noted < w.passages.size:
        w.passages[noted].lane = lane
        w.passages[noted].vehicle = vehicle
        w.passages[noted].departs = w.vehicles[vehicle].leg == p.vehicles[vehicle].first_leg
        w.passages[noted].entered_s = w.slots[slot].entered
        w.passages[noted].ready_s = w.slots[slot].ready
        w.passages[noted].left_s = moment
        w.passages[noted].free_s = free_s
        w.passages[noted].length_m = w.slots[slot].length_m
        w.total[0].noted += 1
    size = s.lanes[lane].ring
    w.lanes[lane].first = _wrapped(w.lanes[lane].first + 1, size)
    w.lanes[lane].count -= 1
    need_m = p.vehicles[vehicle].space_m
    w.lanes[lane].queue_m -= need_m
    if w.lanes[lane].gone_count == size:  # far more left than fit on the lane: the first of them is long gone
        w.lanes[lane].used_m -= w.slots[base + w.lanes[lane].gone_first].gone_m
        w.lanes[lane].gone_first = _wrapped(w.lanes[lane].gone_first + 1, size)
        w.lanes[lane].gone_count -= 1
    gone = base + _wrapped(w.lanes[lane].gone_first + w.lanes[lane].gone_count, size)
    w.slots[gone].gone_at = moment + s.lanes[lane].length_m / p.vehicles[vehicle].wave_mps
    w.slots[gone].gone_m = need_m
    w.lanes[lane].gone_count += 1
    w.lanes[lane].left_at = moment
    w.lanes[lane].left_speed = speed
    w.lanes[lane].left_length_m = p.vehicles[vehicle].length_m
    w.lanes[lane].left_ready = w.slots[slot].ready
    w.lanes[lane].left_ahead_m = w.slots[slot].ahead_m
    w.lanes[lane].hold = -NEVER
    return vehicle


@inlined
def _gap(s, p, b, w, path, moment, rolls):
    """Whether a driver on a path finds nobody with priority near."""
    for index in range(s.paths[path].first_yield, s.paths[path].end_yield):
        foe = s.yields[index].path
        if moment - w.paths[foe].left_at < s.yields[index].clear_s and w.paths[foe].left_at <= moment:
            return False
        gap_s = b.gap_factor * (min(s.yields[index].gap_s, b.rolling_gap_s) if rolls else s.yields[index].gap_s)
        head = s.paths[foe].head
        latest = moment + gap_s
        if head >= 0 and w.heads[head].state == RED:
            continue
        if head >= 0 and w.heads[head].state == YELLOW:
            latest = min(latest, w.heads[head].since + _YELLOW_USED_S)
        lane = s.paths[foe].from_lane
        count = w.lanes[lane].count
        stands = w.lanes[lane].stuck_at >= moment - 1.0 or w.lanes[lane].blocker >= 0
        waits_for_room = w.lanes[lane].inside == 0 and s.paths[foe].to_lane == s.paths[path].to_lane
        if count == 0 or (stands and not waits_for_room):
            continue  # who cannot go on lets others cross, but nobody take the room that is waited for
        link = s.lanes[s.paths[foe].to_lane].link
        base, size = s.lanes[lane].first_slot, s.lanes[lane].ring
        earliest = w.lanes[lane].left_at
        for ahead in range(min(count, _LOOK_AHEAD)):
            slot = base + _wrapped(w.lanes[lane].first + ahead, size)
            earliest = max(w.slots[slot].ready, earliest + 1.8)
            if earliest > latest:
                break
            vehicle = w.slots[slot].vehicle
            leg = w.vehicles[vehicle].leg
            if leg < w.vehicles[vehicle].last_leg and p.legs[leg + 1].link == link:
                return False
    return True


@inlined
def _cross(s, p, b, w, vehicle, path, lane_to, moment, speed):
    """Drive a vehicle through a junction onto the next link."""
    limit = min(s.paths[path].speed_mps * p.vehicles[vehicle].speed_factor, p.vehicles[vehicle].max_speed_mps)
    length_m = s.paths[path].length_m
    out = min(limit, math.sqrt(speed * speed + 2.0 * p.vehicles[vehicle].accel_mps2 * length_m))
    w.vehicles[vehicle].ideal_s += length_m / limit
    w.vehicles[vehicle].distance_m += length_m
    w.vehicles[vehicle].leg += 1
    length_to = s.lanes[lane_to].length_m
    if w.vehicles[vehicle].leg == w.vehicles[vehicle].last_leg:
        length_to = max(0.1, min(length_to, p.vehicles[vehicle].arrive_m))
    took = 2.0 * length_m / max(speed + out, 1.0)
    _enter(s, p, b, w, vehicle, lane_to, moment + took, out, length_to)


@inlined
def _changes_places(s, w, lane, lane_to):
    """Whether two lanes wait for the place of each other, as where drivers turn round on short links."""
    return w.lanes[lane_to].blocker == lane and w.lanes[lane_to].count < s.lanes[lane_to].ring


@inlined
def _counted(s, w, lane, slot, path, moment, begin_s):
    if moment >= begin_s:
        free_s = w.slots[slot].length_m / s.lanes[lane].speed_mps
        w.paths[path].vehicles += 1.0
        w.paths[path].delay_s += moment - w.slots[slot].entered - free_s + w.vehicles[w.slots[slot].vehicle].outside_s
    w.vehicles[w.slots[slot].vehicle].outside_s = 0.0


@inlined
def _stopped(w, lane, ready, teleport_s):
    """When to look at a lane again that a signal stops: when that wakes it, or when its first vehicle is moved on."""
    return NEVER if teleport_s >= NEVER else max(ready, w.lanes[lane].left_at) + teleport_s + 1.0


@inlined
def _serve(s, p, b, w, lane, now, begin_s, teleport_s):
    """Let vehicles cross a lane's stop line as far as they may by now; say when to look again."""
    moved = 0
    base = s.lanes[lane].first_slot
    while w.lanes[lane].count > 0:
        slot = base + w.lanes[lane].first
        vehicle = w.slots[slot].vehicle
        ready = w.slots[slot].ready
        if ready > now:
            w.lanes[lane].try_at = ready
            return moved
        leg = w.vehicles[vehicle].leg
        cruise = w.slots[slot].speed
        previous = w.lanes[lane].left_speed
        behind_m = w.lanes[lane].left_length_m + p.vehicles[vehicle].gap_m
        pulled = math.sqrt(previous * previous + 2.0 * _PULLED * p.vehicles[vehicle].full_accel_mps2 * behind_m)
        if leg == w.vehicles[vehicle].last_leg:
            speed = min(cruise, pulled)
            moment = w.lanes[lane].left_at + behind_m / max(0.5 * (previous + speed), 1.0)
            if ready >= moment:
                moment, speed = ready, cruise
            if moment > now:
                w.lanes[lane].try_at = moment
                return moved
            _leave(s, p, w, lane, moment, speed)
            w.vehicles[vehicle].arrived_s = moment
            w.total[0].running -= 1
            moved += 1
            continue
        path = w.slots[slot].path
        if w.lanes[lane].inside > 0 and (w.paths[path].waiting == 0 or w.paths[path].waiting >= s.paths[path].wait):
            w.lanes[lane].stuck_at = now  # who waits inside stands in the way of all that follow
            w.lanes[lane].hold = now + 1.0
            w.lanes[lane].try_at = now + 1.0
            return moved
        head = s.paths[path].head
        state = UNCONTROLLED if head < 0 else w.heads[head].state
        stands = now - max(ready, w.lanes[lane].left_at) > teleport_s
        if state == RED and not stands:
            w.lanes[lane].try_at = _stopped(w, lane, ready, teleport_s)
            return moved
        turn = min(s.paths[path].speed_mps * p.vehicles[vehicle].speed_factor, cruise)
        speed = min(turn, pulled)
        headway = p.vehicles[vehicle].headway_s + b.headway_factor * (
            w.lanes[lane].left_length_m + p.vehicles[vehicle].cushion_m
        ) / max(0.5 * (previous + speed), 1.0)
        moment = ready
        if w.lanes[lane].left_at + headway > moment:
            moment = w.lanes[lane].left_at + headway
        else:
            speed = turn
        if state == YELLOW and not stands:
            use_s = max(0.0, speed / (2.0 * p.vehicles[vehicle].decel_mps2) - b.yellow_loss_s)
            if moment > w.heads[head].since + use_s:
                w.lanes[lane].try_at = _stopped(w, lane, ready, teleport_s)
                return moved
        elif state in (GREEN, PERMITTED) and w.lanes[lane].left_at < w.heads[head].since:
            since = w.heads[head].since
            decel = p.vehicles[vehicle].decel_mps2
            braked = since - (ready - cruise / (2.0 * decel))
            if braked > 0.0:
                slow = cruise - decel * braked
                if slow <= p.vehicles[vehicle].creep_mps:
                    speed = min(p.vehicles[vehicle].creep_mps, turn)
                    moment = max(moment, since + p.vehicles[vehicle].start_up_s)
                else:
                    accel = p.vehicles[vehicle].full_accel_mps2
                    speed = min(turn, slow * math.sqrt(1.0 + accel / decel))
                    moment = max(moment, since + max(0.0, speed - slow) / accel)
        if w.lanes[lane].hold > moment:
            moment = w.lanes[lane].hold
            speed = min(speed, b.creep_mps if moment - w.lanes[lane].left_at > _STANDING_S else pulled)
        if moment > now:
            w.lanes[lane].try_at = moment
            return moved
        path, lane_to = _chosen(s, p, w, lane, leg)
        need_m = p.vehicles[vehicle].space_m
        lead = s.paths[path].length_m / max(speed, b.creep_mps)
        room = (
            _room_at(
                s,
                p,
                w,
                lane_to,
                need_m,
                s.paths[path].room_m,
                s.paths[path].length_m - s.paths[path].room_m,
                moment,
                moment + lead,
            )
            - lead
        )
        if room > moment and _changes_places(s, w, lane, lane_to):
            room = moment
        if room > moment and (not stands or w.lanes[lane_to].count >= s.lanes[lane_to].ring):
            w.lanes[lane].hold = room if room < 0.5 * NEVER else now + 1.0
            w.lanes[lane].stuck_at = now
            w.lanes[lane].blocker = lane_to if room > 0.5 * NEVER else -1
            if w.lanes[lane].hold > now:
                w.lanes[lane].try_at = w.lanes[lane].hold
                return moved
            moment = room
            speed = min(speed, b.creep_mps if moment - w.lanes[lane].left_at > _STANDING_S else pulled)
        yields = state != GREEN and s.paths[path].first_yield < s.paths[path].end_yield
        rolls = moment - ready < 0.5 or moment - w.lanes[lane].left_at < _STANDING_S
        if yields and state == PERMITTED:
            speed = min(speed, b.minor_mps)
        if yields and not stands and (w.paths[path].waiting > 0 or not _gap(s, p, b, w, path, moment, rolls)):
            if w.paths[path].waiting < s.paths[path].wait and state != YELLOW:
                _counted(s, w, lane, slot, path, moment, begin_s)
                _leave(s, p, w, lane, moment, min(speed, b.creep_mps))
                w.inside[2 * path + w.paths[path].waiting].vehicle = vehicle
                w.inside[2 * path + w.paths[path].waiting].since = moment
                if w.paths[path].waiting == 0:
                    w.waiting_paths[w.total[0].waiting_count] = path
                    w.total[0].waiting_count += 1
                w.paths[path].waiting += 1
                w.lanes[lane].inside += 1
                moved += 1
                continue
            w.lanes[lane].hold = now + 1.0
            w.lanes[lane].stuck_at = now
            w.lanes[lane].try_at = now + 1.0
            return moved
        merged = w.lanes[s.paths[path].to_lane].entered_at - s.paths[path].length_m / max(speed, 3.0)
        if merged + 1.0 > moment and not stands:
            moment = merged + 1.0
            if moment > now:
                w.lanes[lane].try_at = moment
                return moved
        _counted(s, w, lane, slot, path, moment, begin_s)
        _leave(s, p, w, lane, moment, speed)
        w.paths[path].left_at = moment
        if stands:
            w.total[0].teleports += 1
        _cross(s, p, b, w, vehicle, path, lane_to, moment, speed)
        moved += 1
    w.lanes[lane].try_at = NEVER
    return moved


@inlined
def _serve_waiting(s, p, b, w, now):
    """Let vehicles that wait inside junctions go on."""
    moved = 0
    index = 0
    while index < w.total[0].waiting_count:
        path = w.waiting_paths[index]
        vehicle = w.inside[2 * path].vehicle
        moment = max(now, w.inside[2 * path].since + 1.0)
        lane_to = -1
        if moment <= now and _gap(s, p, b, w, path, moment, False):
            _, lane_to = _chosen(s, p, w, s.paths[path].from_lane, w.vehicles[vehicle].leg)
        arrival = moment + s.paths[path].length_m / 5.0
        need_m = p.vehicles[vehicle].space_m
        if lane_to >= 0 and (
            _changes_places(s, w, s.paths[path].from_lane, lane_to)
            or _room_at(s, p, w, lane_to, need_m, 0.0, 0.0, moment, arrival) <= arrival
        ):
            w.paths[path].waiting -= 1
            lane = s.paths[path].from_lane
            w.lanes[lane].inside -= 1
            protected = s.paths[path].head >= 0 and w.heads[s.paths[path].head].state == GREEN
            w.lanes[lane].left_at = moment - _AHEAD_S if protected else moment
            w.lanes[lane].left_speed = b.creep_mps
            w.inside[2 * path].vehicle = w.inside[2 * path + 1].vehicle
            w.inside[2 * path].since = max(w.inside[2 * path + 1].since, now + 1.0)
            w.paths[path].left_at = moment
            _cross(s, p, b, w, vehicle, path, lane_to, moment, b.creep_mps)
            moved += 1
            if w.paths[path].waiting == 0:
                w.total[0].waiting_count -= 1
                w.waiting_paths[index] = w.waiting_paths[w.total[0].waiting_count]
                continue
        index += 1
    return moved


@inlined
def _show(s, g, w, controller, interval, moment):
    """Switch a controller's signals to an interval and wake the lanes that may go."""
    first = s.controllers[controller].first_head
    states = g.controllers[controller].states + interval * (s.controllers[controller].end_head - first)
    for head in range(first, s.controllers[controller].end_head):
        state = g.states[states + head - first]
        before = w.heads[head].state
        if state == before:
            continue
        w.heads[head].state = state
        if state < GREEN or before < GREEN:
            w.heads[head].since = moment
        if state >= GREEN:
            for index in range(s.heads[head].first_lane, s.heads[head].end_lane):
                lane = s.head_lanes[index]
                if w.lanes[lane].count > 0:
                    w.lanes[lane].try_at = min(w.lanes[lane].try_at, moment)


@inlined
def _demanded(s, g, w, controller, interval, now):
    """Whether a detector of a lane with green has been passed within the gap."""
    first = s.controllers[controller].first_head
    states = g.controllers[controller].states + interval * (s.controllers[controller].end_head - first)
    since = now - g.controllers[controller].gap_s - _DETECTION_LAG_S
    for head in range(first, s.controllers[controller].end_head):
        if g.states[states + head - first] < GREEN:
            continue
        for index in range(s.heads[head].first_lane, s.heads[head].end_lane):
            if _detected(s, w, s.head_lanes[index], g.controllers[controller].detect_s, since, now):
                return True
    return False


@inlined
def _detected(s, w, lane, detect_s, since, now):
    """Whether a vehicle passed the detector of a lane after a moment, or stands on it.

    One that joined a queue shorter than the way to the detector passed it when it came; one further back passed it when
    the queue moved.
    """
    reach_m = detect_s * s.lanes[lane].speed_mps
    queued = w.lanes[lane].left_at - w.lanes[lane].left_ready > detect_s
    passed = w.lanes[lane].left_ready if queued and w.lanes[lane].left_ahead_m < reach_m else w.lanes[lane].left_at
    if passed - detect_s > since:
        return True
    ahead_m = 0.0
    for place in range(w.lanes[lane].count):
        slot = s.lanes[lane].first_slot + _wrapped(w.lanes[lane].first + place, s.lanes[lane].ring)
        came = w.slots[slot].ready - detect_s
        if came > now:
            return False
        if came > since or ahead_m >= reach_m:
            return True
        ahead_m += w.slots[slot].space_m
    return False


@inlined
def _switch(s, g, w, now):
    """Bring every controller to the interval that it shows during the second before now."""
    for controller in range(g.controllers.size):
        first = g.controllers[controller].first
        count = g.controllers[controller].end - first
        if count == 0:
            continue
        for _ in range(count):  # once round in a second at most: greens that may be skipped never end else
            interval = w.controllers[controller].interval
            began = w.controllers[controller].began
            ends = began + g.intervals[first + interval].duration_s
            if (
                g.controllers[controller].actuated
                and g.intervals[first + interval].longest_s > g.intervals[first + interval].shortest_s
            ):
                ends = began + g.intervals[first + interval].longest_s
                if now - 1.0 >= began + g.intervals[first + interval].shortest_s and not _demanded(
                    s, g, w, controller, interval, now - 1.0
                ):
                    ends = now - 1.0
            if ends >= now:
                break
            w.controllers[controller].interval = (interval + 1) % count
            w.controllers[controller].began = ends
            _show(s, g, w, controller, w.controllers[controller].interval, ends)


@inlined
def _start(s, g, w, begin_s):
    """Show what the plans show at the begin."""
    for controller in range(g.controllers.size):
        first = g.controllers[controller].first
        count = g.controllers[controller].end - first
        if count == 0:
            for head in range(s.controllers[controller].first_head, s.controllers[controller].end_head):
                w.heads[head].state = UNCONTROLLED
            continue
        cycle_s = 0.0
        for interval in range(count):
            cycle_s += g.intervals[first + interval].duration_s
        into_s = (begin_s - g.controllers[controller].offset_s) % cycle_s
        interval = 0
        while interval < count - 1 and into_s >= g.intervals[first + interval].duration_s:
            into_s -= g.intervals[first + interval].duration_s
            interval += 1
        w.controllers[controller].interval = interval
        w.controllers[controller].began = begin_s - into_s
        _show(s, g, w, controller, interval, begin_s - into_s)


@inlined
def _depart(s, p, b, w, gate, now):
    """Let vehicles that wait outside for the same lanes enter, in their order; say how many did."""
    moved = 0
    while w.gates[gate].first >= 0:
        vehicle = w.gates[gate].first
        again = _departed(s, p, b, w, vehicle, now)
        if again > now:
            w.gates[gate].try_at = again
            return moved
        w.gates[gate].first = w.vehicles[vehicle].next
        moved += 1
    return moved


@inlined
def _departed(s, p, b, w, vehicle, now):
    """Let one vehicle enter its first link if there is room by now; say when, or when to look again."""
    leg = p.vehicles[vehicle].first_leg
    link = p.legs[leg].link
    first = s.links[link].first_lane
    lanes = s.links[link].end_lane - first
    wish, mask = p.vehicles[vehicle].depart_lane, p.legs[leg].lanes
    best, lane = 1e300, -1
    for index in range(lanes):
        if (mask >> np.uint32(index)) & np.uint32(1):
            shift = abs(index - wish) if wish >= 0 else 0
            cost = w.lanes[first + index].queue_m + _CHANGE_COST_M * shift
            if shift * _CHANGE_M > s.lanes[first + index].length_m:
                cost += _FORCED_M * shift
            if cost < best:
                best, lane = cost, first + index
    entry = lane if wish < 0 or wish >= lanes else first + wish
    space_m = p.vehicles[vehicle].space_m
    speed = p.vehicles[vehicle].depart_speed_mps
    cruise = min(s.lanes[lane].speed_mps * p.vehicles[vehicle].speed_factor, p.vehicles[vehicle].max_speed_mps)
    speed = cruise if speed < 0.0 else min(speed, cruise)
    spacing_s = min(_INSERTION_S, p.vehicles[vehicle].headway_s + 0.3 + space_m / max(speed, 0.1))
    since = max(w.lanes[entry].entered_at, w.lanes[entry].inserted_at)
    moment = max(p.vehicles[vehicle].depart_s, since + spacing_s)
    if moment > now:
        return moment
    room = _room_at(s, p, w, lane, space_m, 0.0, 0.0, moment, moment)
    if room > now:
        return room if room < NEVER else now + _PATIENCE_OUTSIDE_S
    moment = max(moment, room)
    w.lanes[entry].inserted_at = moment
    w.vehicles[vehicle].departed_s = moment
    w.vehicles[vehicle].outside_s = moment - p.vehicles[vehicle].depart_s
    w.total[0].waiting_outside -= 1
    w.total[0].running += 1
    w.vehicles[vehicle].leg = leg
    w.vehicles[vehicle].last_leg = leg + p.vehicles[vehicle].legs - 1
    length_m = s.lanes[lane].length_m - p.vehicles[vehicle].depart_m
    if p.vehicles[vehicle].legs == 1:
        length_m = min(length_m, p.vehicles[vehicle].arrive_m - p.vehicles[vehicle].depart_m)
    _enter(s, p, b, w, vehicle, lane, moment, speed, max(length_m, 0.1))
    return moment


@inlined
def _queue_end_m(s, w, lane, now):
    """How far upstream the queue of a lane reaches: who stands, and the room that has yet to reach those behind."""
    base, size, length_m = s.lanes[lane].first_slot, s.lanes[lane].ring, s.lanes[lane].length_m
    end_m = 0.0
    for index in range(w.lanes[lane].count):
        slot = base + _wrapped(w.lanes[lane].first + index, size)
        entered = w.slots[slot].entered
        share = max(0.0, 1.0 - end_m / w.slots[slot].length_m)
        if entered + share * (w.slots[slot].ready - entered) + _STOPS_S > now:
            break  # it has not come to the end of the queue yet, or only closes up
        end_m += w.slots[slot].space_m
    if end_m == 0.0:
        return 0.0
    for index in range(w.lanes[lane].gone_count - 1, -1, -1):
        slot = base + _wrapped(w.lanes[lane].gone_first + index, size)
        if w.slots[slot].gone_at - (length_m - end_m) / _WAVE_MPS <= now:
            break  # those behind have moved up already
        end_m += w.slots[slot].gone_m
    return min(end_m, length_m)


@inlined
def _probe(s, w, now):
    """Measure the standing queue of every link from its stop lines."""
    for link in range(s.links.size):
        longest, length_m = 0.0, 0.0
        for lane in range(s.links[link].first_lane, s.links[link].end_lane):
            longest = max(longest, _queue_end_m(s, w, lane, now))
            length_m = max(length_m, s.lanes[lane].length_m)
        w.links[link].queue_m += longest
        w.links[link].longest_m = max(w.links[link].longest_m, longest)
        if longest >= max(length_m - _VEHICLE_M, 0.5 * length_m):
            w.links[link].full += 1.0
    w.total[0].probes += 1


@compiled
def run(s, p, g, b, w, begin_s, end_s, analysis_s, patience_s, teleport_s, probing):
    """Simulate and return (how it ended, when).

    Args:
        s: Roads (`layout.Roadbed`).
        p: Vehicles of one seed (`fleet.Fleet`).
        g: Signals of one plan set (`signaltable.SignalTable`).
        b: Behaviour.
        w: Working arrays (`workspace.Workspace`), reset; results are left in it.
        begin_s: Begin of the simulation.
        end_s: Horizon.
        analysis_s: Movements are counted from here on.
        patience_s: Standstill that counts as gridlock.
        teleport_s: Standing time after which a vehicle is moved by force; NEVER for never.
        probing: Whether queues are measured.
    """
    _start(s, g, w, begin_s)
    lanes = s.lanes.size
    vehicles = p.vehicles.size
    coming = 0
    moved_at = begin_s
    now = begin_s
    next_probe_s = analysis_s + _PROBE_S
    while now < end_s:
        now += 1.0
        moved = 0
        _switch(s, g, w, now)
        while coming < vehicles and p.vehicles[coming].depart_s <= now and p.vehicles[coming].depart_s < end_s:
            gate = p.vehicles[coming].gate
            w.vehicles[coming].next = -1
            if w.gates[gate].first >= 0:
                w.vehicles[w.gates[gate].last].next = coming
            else:
                w.gates[gate].first = coming
                if w.gates[gate].listed == 0:
                    w.gates[gate].listed = 1
                    w.gates[gate].try_at = now
                    w.listed_gates[w.total[0].listed_count] = gate
                    w.total[0].listed_count += 1
            w.gates[gate].last = coming
            w.total[0].waiting_outside += 1
            coming += 1
        index = 0
        while index < w.total[0].listed_count:
            gate = w.listed_gates[index]
            if w.gates[gate].try_at <= now:
                moved += _depart(s, p, b, w, gate, now)
            if w.gates[gate].first < 0:
                w.gates[gate].listed = 0
                w.total[0].listed_count -= 1
                w.listed_gates[index] = w.listed_gates[w.total[0].listed_count]
            else:
                index += 1
        for lane in range(lanes):
            if w.lanes[lane].try_at <= now:
                blocker = w.lanes[lane].blocker
                if blocker >= 0:
                    if (
                        now - w.lanes[lane].stuck_at < _PATIENCE_BEHIND_S
                        and w.lanes[blocker].left_at <= w.lanes[lane].stuck_at - 1.0
                    ):
                        continue
                    w.lanes[lane].blocker = -1
                moved += _serve(s, p, b, w, lane, now, analysis_s, teleport_s)
        if w.total[0].waiting_count > 0:
            moved += _serve_waiting(s, p, b, w, now)
        if probing and now >= next_probe_s:
            _probe(s, w, now)
            next_probe_s += _PROBE_S
        if moved > 0 or w.total[0].waiting_outside == 0:
            moved_at = now
        elif now - moved_at >= patience_s:
            return GRIDLOCK, now
        if coming == vehicles and w.total[0].running == 0 and w.total[0].waiting_outside == 0:
            return FINISHED, now
    return FINISHED, end_s
