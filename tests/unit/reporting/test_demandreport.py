import re
from dataclasses import replace

import numpy as np
from markupsafe import Markup

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.agreement import geh
from congestion_lab.demand.estimation.assessment import Change, Compared, ZoneChange
from congestion_lab.network.model import Network
from congestion_lab.reporting.drawing.scatter import Dot, scatter
from congestion_lab.reporting.pages.demandreport import demand_report

_EVIL = "<script>alert(1)</script>"


def _compared(*, held: bool) -> Compared:
    counts = tuple(Count(link, "", t, t + 900.0, "", 50.0) for link in ("a", _EVIL) for t in (27000.0, 27900.0))
    modelled = {"prior": np.array([50.0, 20.0, 50.0, 50.0]), "calibrated": np.array([50.0, 45.0, 50.0, 52.0])}
    return Compared(counts, np.array([False, False, held, held]), modelled, 0.1)


def _change() -> Change:
    zones = (
        ZoneChange("a", (10.0, 12.0), (0.0, 0.0), 0.5, (0.4, 0.2)),
        ZoneChange(_EVIL, (0.0, 0.0), (10.0, 12.0), 0.0, (0.4, 0.4)),
    )
    return Change((10.0, 12.0), ((27000.0, 10.0, 12.0),), 0.2, (("a", "b", 10.0, 12.0, True),), zones)


def test_the_report_tells_agreement_residuals_change_and_what_is_unseen(network: Network) -> None:
    page = demand_report("town", _compared(held=True), _change(), ["a note"], {"Seed": "1"}, network=network)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "held out" in text
    assert "10 vehicles became 12 (+20.0" in text
    assert "07:45–08:00" in text
    assert "a note" in text
    assert "Zones that no count sees:" in text
    assert page.count('class="chart scatter"') == 2
    assert "−20" in page
    assert _EVIL not in page


def test_places_are_named_by_their_streets_and_have_their_ids_in_small(network: Network) -> None:
    counts = (Count("west_mid", "", 0.0, 900.0, "bus", 50.0), Count("mid_west", "west_mid", 0.0, 900.0, "", 50.0))
    compared = Compared(counts, np.array([False, False]), {"prior": np.array([10.0, 20.0])}, 0.1)
    names = {"west_mid": "West Street", "mid_west": "Middle Street"}
    links = {id: replace(link, name_en=names.get(id, "")) for id, link in network.links.items()}
    page = demand_report("town", compared, _change(), [], {}, network=replace(network, links=links))
    assert '<bdi>West Street</bdi><br><code class="id">west_mid (bus)</code>' in page
    assert '<bdi>Middle Street → West Street</bdi><br><code class="id">mid_west → west_mid</code>' in page
    assert "West Street (west_mid (bus)), 00:00–00:15: GEH" in page


def test_nothing_held_out_is_not_listed(network: Network) -> None:
    page = demand_report("town", _compared(held=False), _change(), [], {}, network=network)
    assert "<td>held out</td>" not in page
    assert 'class="held"' not in page


def test_the_band_is_where_geh_is_below_five() -> None:
    picture = scatter([Dot(100.0, 120.0, held=False, text="a < b")], "prior", highest_vph=1000.0)
    assert isinstance(picture, Markup)
    assert "a &lt; b" in picture
    outline = re.search(r'class="band" d="M([^Z]+)Z"', picture)
    assert outline is not None
    points = [tuple(float(each) for each in point.split()) for point in outline[1].split("L")]
    flows = [((x - 64) / 420 * 1000, (1 - (y - 14) / 420) * 1000) for x, y in points]
    inside = [(c, m) for c, m in flows if 0 < m < 999 and c > 50]
    assert len(inside) > 50
    values = geh(np.array([m for _, m in inside]), np.array([c for c, _ in inside]))
    assert np.abs(values - 5).max() < 0.15


def test_points_beyond_the_axis_stay_in_the_picture() -> None:
    assert "NaN" not in scatter([Dot(0.0, 0.0, held=True, text="none")], "nothing", highest_vph=0.0)
