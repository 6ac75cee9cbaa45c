"""The compiled code of the fast engine: where it is kept, and making it before time counts.

The first use on a machine compiles for some twenty seconds. numba keeps the result beside the source, or in
`NUMBA_CACHE_DIR` or the user's cache folder where that must not be written to; worker processes find it there.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from congestion_lab.core.errors import EngineError
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Demand, DepartLane, Roads, Traffic, VehicleType


class Compiled(NamedTuple):
    """Compiled code.

    Attributes:
        folder: Where it is kept.
        found: Whether it was there already.
    """

    folder: Path
    found: bool


def cache_folder() -> Path:
    """Return the folder of the compiled code.

    Raises:
        EngineError: No folder can be written to.
    """
    try:
        from congestion_lab.queueing import kernel  # noqa: PLC0415 -- looks for the folder when it is imported
    except RuntimeError as error:
        rule = f"the compiled fast engine cannot be kept anywhere ({error})"
        raise EngineError(f"{rule}; set NUMBA_CACHE_DIR to a folder that can be written to") from error
    return Path(str(kernel.run.stats.cache_path))


def is_compiled() -> bool:
    """Whether compiled code is there that is not older than its source."""
    folder = cache_folder()
    source = Path(__file__).with_name("kernel.py").stat().st_mtime
    return any(index.stat().st_mtime >= source for index in folder.glob("kernel.run-*.nbi"))


def compile_now() -> Compiled:
    """Load the compiled code, or compile it, by running one vehicle over one signal.

    Raises:
        EngineError: It cannot be kept anywhere.
    """
    folder, found = cache_folder(), is_compiled()
    from congestion_lab.queueing.model import QueueModel  # noqa: PLC0415 -- only now it is known to import

    inputs = SimulationInputs("one vehicle", Path(), (), (), 0.0, 0.0, 60.0, 60.0)
    traffic = _one_vehicle()
    delays = QueueModel(traffic, inputs).delays_s([traffic.plans], [1])
    if not np.isfinite(delays).all():
        raise EngineError("the fast engine lost the only vehicle of its first run")
    return Compiled(folder, found)


def _one_vehicle() -> Traffic:
    """Return one vehicle that drives over two links and the signal between them."""
    roads = Roads(
        link_ids=("in", "out"),
        lane_offsets=_ints(0, 1, 2),
        lane_length_m=np.array([100.0, 100.0]),
        lane_speed_mps=np.array([13.9, 13.9]),
        lane_classes=np.array([1, 1], dtype=np.uint64),
        path_offsets=_ints(0, 1, 1),
        path_to_lane=_ints(1),
        path_length_m=np.array([10.0]),
        path_speed_mps=np.array([13.9]),
        path_wait_m=np.array([0.0]),
        path_controller=_ints(0),
        path_head=_ints(0),
        path_kept_clear=np.array([True]),
        path_stops=np.array([False]),
        yield_offsets=_ints(0, 0),
        yield_paths=_ints(),
        foe_offsets=_ints(0, 0),
        foe_paths=_ints(),
        controller_ids=("x",),
    )
    car = VehicleType("car", 0, 5.0, 2.5, 1.0, 2.6, 4.5, 0.5, 50.0, (1.0, 0.1, 0.2, 2.0))
    demand = Demand(
        vehicle_ids=("first",),
        demanded_s=np.array([0.0]),
        mixture=_ints(0),
        mixtures=(((0, 1.0),),),
        types=(car,),
        route=_ints(0),
        route_offsets=_ints(0, 2),
        route_links=_ints(0, 1),
        depart_lane=_ints(DepartLane.FIRST),
        depart_speed_mps=np.array([np.nan]),
        depart_m=np.array([0.0]),
        arrive_m=np.array([100.0]),
        stop_offsets=_ints(0, 0),
        stop_leg=_ints(),
        stop_s=np.array([]),
    )
    shown = (Interval(20.0, (Aspect.GREEN,)), Interval(10.0, (Aspect.RED,)))
    plan = SignalPlan("x", "0", Control.FIXED, 0.0, (SignalGroup("1", (0,)),), shown)
    return Traffic("one vehicle", roads, demand, plans=PlanSet((plan,)))


def _ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, dtype=np.int32)
