"""The quality report of an imported network: one HTML file with a map that opens without a network or a script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.network.checks import Severity
from congestion_lab.network.geography import controller_places
from congestion_lab.network.maps.issues import Issue
from congestion_lab.network.maps.lostroads import LostRoads, LostStreet
from congestion_lab.network.model import Network
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.mapframe import MapFrame
from congestion_lab.reporting.drawing.svg import element
from congestion_lab.reporting.maps.linkmap import LinkMap
from congestion_lab.reporting.maps.networkmap import junction_paths
from congestion_lab.reporting.page import rendered_plain
from congestion_lab.reporting.placenames import Named, PlaceNames
from congestion_lab.reporting.translation import _, beside, here, isolated, listed, plural
from congestion_lab.reporting.wording import number, share
from congestion_lab.sumo.building.importfolder import Imported

_PIN, _SIGNAL = 4.0, 2.2
_MOST_STREETS = 5  # named in the sentence on streets that are left out
_KILOMETRE_M = 1000.0


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding as the table shows it."""

    number: int
    place: Named
    message: str
    edit: str
    link: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """The findings of a rule."""

    name: str
    grade: str
    grade_text: str
    repair: str
    rows: tuple[_Row, ...]


def quality_page(made: Imported, network: Network, *, title: str) -> str:
    """Return the report as HTML.

    Args:
        made: What was imported.
        network: The network.
        title: Its name.
    """
    issues = made.quality.issues
    lost = made.quality.lost
    drawing = LinkMap(network, lost.lines)
    content = {
        "title": clean_name(title) or _("Road network"),
        "source": made.origin.source,
        "attribution": _("© OpenStreetMap contributors, ODbL 1.0")
        if made.origin.kind == "osm"
        else made.origin.licence,
        "lost": lost_words(lost),
        "much_lost": lost.is_much,
        "summary": _summary(made),
        "cards": _cards(made),
        "map": _map(drawing, network, issues),
        "scale": drawing.scale_bar(alone=True),
        "grades": [(severity.value, text) for severity, text in _grades().items()],
        "fixed": made.quality.fixed,
        "edited": made.quality.edited,
        "rules": list(_rules(network, issues)),
        "assumptions": list(map(retold, made.assumptions)),
        "left_out": [(retold(reason), number(count, 0)) for reason, count in made.left_out.items()],
        "facts": _facts(made),
        "settings": [(one.option, one.value, retold(one.reason)) for one in made.settings],
        "notice": made.origin.notice,
    }
    return rendered_plain("quality.html.j2", content)


def lost_words(lost: LostRoads) -> str:
    """Return in one line what of the map's streets is not in the network; "" where nothing is lost."""
    if not lost.streets:
        return ""
    more = len(lost.streets) - _MOST_STREETS
    names = listed([_street(one) for one in lost.streets[:_MOST_STREETS]])
    if more > 0:
        names = _("{first} and {count} more").format(first=names, count=number(more, 0))
    said = [
        _("Left out: {length} of {all} of streets ({share}), the most important: {streets}.").format(
            length=_long(lost.length_m), all=_long(lost.of_m), share=share(lost.share), streets=names
        )
    ]
    if lost.signals:
        said.append(plural("{count} mapped signal lies there.", "{count} mapped signals lie there.", lost.signals))
    if lost.is_at_edge:
        said.append(_("Most of it reaches the edge of the map, which may cut it off: a larger extract would keep it."))
    return " ".join(said)


def _street(one: LostStreet) -> str:
    name = clean_name(here(one.name_en, one.name_ar))
    said = isolated(name) if name else _("without a name")
    return _("{street} ({kind}, {length})").format(street=said, kind=retold(one.kind), length=_long(one.length_m))


def _long(length_m: float) -> str:
    """Return a length as people say it: 28 m, 6.3 km."""
    if length_m < _KILOMETRE_M:
        return _("{distance} m").format(distance=number(length_m, 0))
    return _("{distance} km").format(distance=number(length_m / _KILOMETRE_M))


def _grades() -> dict[Severity, str]:
    return {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("to be known")}


def _plural_grades() -> dict[Severity, str]:
    return {Severity.ERROR: _("Errors"), Severity.WARNING: _("Warnings"), Severity.INFO: _("Remarks")}


def _summary(made: Imported) -> str:
    counts = made.quality.counts
    if not made.quality.issues:
        return _("The checks found nothing to look at.")
    text = _(
        "Errors that keep traffic from running: {errors}; places that should be looked at: {warnings}; to be known: "
        "{infos}."
    )
    return text.format(
        errors=number(counts["error"], 0), warnings=number(counts["warning"], 0), infos=number(counts["info"], 0)
    )


def _cards(made: Imported) -> list[tuple[str, str, str]]:
    counts, found = made.counts, made.quality.counts
    return [
        (_("Links"), number(counts["links"], 0), ""),
        (_("Junctions and ends"), number(counts["nodes"], 0), ""),
        (_("Signals"), number(counts["signals"], 0), ""),
        (_("Carriageways"), number(counts["road_km"]), _("km")),
        (_("Lanes"), number(counts["lane_km"]), _("km")),
        *((text, number(found[severity.value], 0), "") for severity, text in _plural_grades().items()),
    ]


def _facts(made: Imported) -> list[tuple[str, str]]:
    origin = made.origin
    options = listed([f"{key}: {_('yes') if value else _('no')}" for key, value in made.options.items()])
    facts = [
        (_("Source"), origin.source),
        (_("Digest of the source"), origin.digest),
        (_("Made by"), origin.made_by),
        (_("Licence of the data"), retold(origin.licence)),
        (_("Options"), options),
    ]
    return [(label, value) for label, value in facts if value]


def _map(drawing: LinkMap, network: Network, issues: Sequence[Issue]) -> Markup:
    frame = drawing.frame
    box = {"class": "map", "viewBox": frame.view_box, "role": "group", "aria-label": _("Map of the findings")}
    ground = element("path", {"class": "through", "d": junction_paths(network, frame)})
    return element(
        "svg", box, *drawing.missing(), ground, *drawing.plain(), *_signals(network, frame), *_pins(issues, frame)
    )


def _signals(network: Network, frame: MapFrame) -> Iterator[Markup]:
    for place in controller_places(network).values():
        x, y = frame.place(place)
        yield element("circle", {"class": "signal", "cx": x, "cy": y, "r": _SIGNAL})


def _pins(issues: Sequence[Issue], frame: MapFrame) -> Iterator[Markup]:
    """Yield a point for each finding, the worst last and so on top."""
    for count, one in reversed(list(enumerate(issues, 1))):
        x, y = _on_page(frame, (one.finding.x_m, one.finding.y_m))
        said = beside([number(count, 0), _name(one.finding.rule), retold(one.finding.message)])
        tip = element("title", {}, said)
        pin = element("circle", {"class": f"pin {one.finding.severity.value}", "cx": x, "cy": y, "r": _PIN}, tip)
        yield element("a", {"href": f"#f{count}", "tabindex": -1}, pin)  # keys reach the rows themselves


def _on_page(frame: MapFrame, point: Point) -> Point:
    """Return where a point is drawn; what lies outside the map, such as a part that is not in it, at its edge."""
    x, y = frame.place(point)
    _left, _top, width, height = (float(value) for value in frame.view_box.split())
    return min(max(x, _PIN), width - _PIN), min(max(y, _PIN), height - _PIN)


def _rules(network: Network, issues: Sequence[Issue]) -> Iterator[_Rule]:
    places, numbered = PlaceNames(network), dict[str, list[tuple[int, Issue]]]()
    for count, one in enumerate(issues, 1):
        numbered.setdefault(one.finding.rule, []).append((count, one))
    for rule, found in numbered.items():
        first = found[0][1]
        grade = first.finding.severity
        rows = tuple(_row(places, count, one) for count, one in found)
        yield _Rule(_name(rule), grade.value, _grades()[grade], retold(first.repair), rows)


def _name(rule: str) -> str:
    return _(rule.replace("_", " "))


def _row(places: PlaceNames, count: int, one: Issue) -> _Row:
    edit = "" if one.edit is None else one.edit.model_dump_json(exclude_defaults=True)
    return _Row(count, places.of(one.finding.place), retold(one.finding.message), edit, one.map_link)
