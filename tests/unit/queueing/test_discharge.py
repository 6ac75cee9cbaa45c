"""Headways found again from the discharge of a queue that never clears."""

from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.estimation.discharge import Green, SaturationHeadway, saturation_headways
from congestion_lab.queueing.discharge import with_headways
from congestion_lab.queueing.model import QueueModel
from congestion_lab.queueing.passing import sightings
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_GREENS_S = (40.0, 40.0)


def _model(folder: Path, tau_s: float) -> QueueModel:
    net = roads.crossing(folder)
    kind = f'<vType id="car" tau="{tau_s}" sigma="0" speedDev="0"/>'
    demand = roads.routes(folder, kind, roads.flow("f", "west_in east_out", 1200, end_s=3600, attributes='type="car"'))
    inputs = roads.inputs(net, demand, end_s=3600.0)
    return QueueModel(read_traffic(inputs, cache=folder), inputs)


def _discharged(model: QueueModel) -> list[Green]:
    """Return the vehicles that passed in each cycle, of which one green serves the queue."""
    plans = roads.with_greens(model.inputs.net_file, _GREENS_S)
    seen = sightings(model, model.run(model.table(plans), 1, probing=True))
    passed_s = seen.left_s[(np.array(seen.links)[seen.link] == "west_in") & np.isfinite(seen.left_s)]
    (cycle_s,) = {plan.cycle_s for plan in plans}
    numbers = np.bincount((passed_s // cycle_s).astype(int))[5:-1]  # the queue has formed by then
    return [Green("west_in", 1, _GREENS_S[0], float(number)) for number in numbers]


def test_drivers_that_discharge_slowly_are_found_from_their_queue(tmp_path: Path) -> None:
    slow, quick = _model(tmp_path / "slow", 1.6), _model(tmp_path / "quick", 1.1)
    (observed,) = saturation_headways(_discharged(slow))
    found, factor = with_headways(quick, [observed])
    assert factor == pytest.approx(1.6 / 1.1, rel=0.1)
    (again,) = saturation_headways(_discharged(found))
    assert again.headway_s == pytest.approx(observed.headway_s, rel=0.05)
    (before,) = saturation_headways(_discharged(quick))
    assert before.headway_s < 0.9 * observed.headway_s


def test_what_drivers_cannot_do_is_refused(tmp_path: Path) -> None:
    model = _model(tmp_path / "x", 1.1)
    with pytest.raises(DemandError, match="less than a step of the simulation"):
        with_headways(model, [SaturationHeadway("west_in", 0.9, 0.1, 5)])
    with pytest.raises(DemandError, match="no link 'nowhere'"):
        with_headways(model, [SaturationHeadway("nowhere", 2.0, 0.1, 5)])
