"""The schemas of GMNS 0.96 as far as signals need them, as Table Schemas, and a small validator of its own.

https://github.com/zephyr-data-specs/GMNS/tree/main/spec: fields, types, constraints, keys. Further columns are allowed.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def _field(name: str, kind: str = "any", **constraints: object) -> dict[str, object]:
    return {"name": name, "type": kind, "constraints": constraints} if constraints else {"name": name, "type": kind}


def _schema(key: str | None, fields: list[dict[str, object]], **references: str) -> dict[str, Any]:
    keys = [
        {"fields": name, "reference": dict(zip(("resource", "fields"), place.split("."), strict=True))}
        for name, place in references.items()
    ]
    schema: dict[str, Any] = {"fields": fields, "missingValues": ["NaN", ""], "foreignKeys": keys}
    return schema | ({"primaryKey": [key]} if key else {})


SCHEMAS: Mapping[str, dict[str, Any]] = {
    "config": _schema(
        None,
        [
            *map(_field, ("dataset_name", "short_length", "long_length", "speed", "crs", "geometry_field_format")),
            _field("version_number", "number"),
            _field("id_type", "string", enum=["string", "integer"]),
        ],
    ),
    "node": _schema(
        "node_id",
        [
            _field("node_id", required=True),
            _field("name", "string"),
            _field("x_coord", "number", required=True),
            _field("y_coord", "number", required=True),
            _field("ctrl_type", "string", enum=["none", "yield", "stop", "4_stop", "signal"]),
        ],
    ),
    "link": _schema(
        "link_id",
        [
            _field("link_id", required=True),
            _field("name", "string"),
            _field("from_node_id", required=True),
            _field("to_node_id", required=True),
            _field("directed", "boolean", required=True),
            _field("geometry"),
            _field("dir_flag", "integer", enum=[1, -1, 0]),
            _field("length", "number", minimum=0),
            _field("facility_type", "string"),
            _field("free_speed", "number", minimum=0, maximum=200),
            _field("lanes", "integer", minimum=0),
        ],
        from_node_id="node.node_id",
        to_node_id="node.node_id",
    ),
    "movement": _schema(
        "mvmt_id",
        [
            _field("mvmt_id", required=True),
            _field("node_id", required=True),
            _field("ib_link_id", required=True),
            _field("start_ib_lane", "integer"),
            _field("end_ib_lane", "integer"),
            _field("ob_link_id", required=True),
            _field("start_ob_lane", "integer"),
            _field("end_ob_lane", "integer"),
            _field("type", "string", required=True, enum=["left", "right", "uturn", "thru", "merge", "diverge"]),
            _field(
                "ctrl_type",
                "string",
                enum=["no_control", "yield", "stop", "stop_2_way", "stop_4_way", "signal_with_RTOR", "signal"],
            ),
            _field("mvmt_code", "string"),
        ],
        node_id="node.node_id",
        ib_link_id="link.link_id",
        ob_link_id="link.link_id",
    ),
    "signal_controller": _schema("controller_id", [_field("controller_id", required=True)]),
    "signal_timing_plan": _schema(
        "timing_plan_id",
        [
            _field("timing_plan_id", required=True),
            _field("controller_id", required=True),
            _field("time_day"),
            _field("cycle_length", "number", minimum=0, maximum=600),
        ],
        controller_id="signal_controller.controller_id",
    ),
    "signal_timing_phase": _schema(
        "timing_phase_id",
        [
            _field("timing_phase_id", required=True),
            _field("timing_plan_id"),
            _field("signal_phase_num", "integer", required=True, minimum=0),
            _field("min_green", "number", minimum=0),
            _field("max_green", "number", minimum=0),
            _field("extension", "number", minimum=0, maximum=120),
            _field("clearance", "number", minimum=0, maximum=120),
            _field("walk_time", "number", minimum=0, maximum=120),
            _field("ped_clearance", "number", minimum=0, maximum=120),
            _field("ring", "integer", required=True, minimum=0, maximum=12),
            _field("barrier", "integer", required=True, minimum=0, maximum=12),
            _field("position", "integer", required=True),
        ],
        timing_plan_id="signal_timing_plan.timing_plan_id",
    ),
    "signal_phase_mvmt": _schema(
        "signal_phase_mvmt_id",
        [
            _field("signal_phase_mvmt_id", required=True),
            _field("timing_phase_id", required=True),
            _field("mvmt_id"),
            _field("link_id"),
            _field("protection", "string", enum=["protected", "permitted", "rtor"]),
        ],
        timing_phase_id="signal_timing_phase.timing_phase_id",
        mvmt_id="movement.mvmt_id",
        link_id="link.link_id",
    ),
    "signal_coordination": _schema(
        "coordination_id",
        [
            _field("coordination_id", required=True),
            _field("timing_plan_id", required=True),
            _field("controller_id", required=True),
            _field("coord_contr_id"),
            _field("coord_phase", "integer", minimum=0, maximum=32),
            _field("coord_ref_to", "string", enum=["begin_of_green", "begin_of_yellow", "begin_of_red"]),
            _field("offset", "number", minimum=0),
        ],
        timing_plan_id="signal_timing_plan.timing_plan_id",
        controller_id="signal_controller.controller_id",
        coord_contr_id="signal_controller.controller_id",
    ),
}
_READ = {
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "any": str,
    "string": str,
}


def read_tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of every table of a folder, as text."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            tables[path.stem] = list(csv.DictReader(stream, strict=True))
    return tables


def faults(tables: Mapping[str, list[dict[str, str]]]) -> Iterator[str]:
    """Whatever breaks a schema."""
    for name, schema in SCHEMAS.items():
        rows = tables[name]
        for field in schema["fields"]:
            yield from (f"{name}.{field['name']}: {text}" for text in _field_faults(rows, field))
        for key in schema.get("primaryKey", ()):
            if len({row[key] for row in rows}) < len(rows):
                yield f"{name}.{key} stands twice"
        for key in schema["foreignKeys"]:
            target = key["reference"]
            known = {"", *(row[target["fields"]] for row in tables[target["resource"]])}
            yield from (
                f"{name}.{key['fields']}: {row[key['fields']]!r}" for row in rows if row[key["fields"]] not in known
            )


def _field_faults(rows: list[dict[str, str]], field: Mapping[str, Any]) -> Iterator[str]:
    constraints = field.get("constraints", {})
    for text in (row[field["name"]] for row in rows):
        if text in ("", "NaN"):
            if constraints.get("required"):
                yield "missing"
            continue
        try:
            value = _READ[field["type"]](text)
        except (KeyError, ValueError):
            yield f"{text!r} is no {field['type']}"
            continue
        outside = value < constraints.get("minimum", value) or value > constraints.get("maximum", value)
        if outside or value not in constraints.get("enum", [value]):
            yield f"{text!r} breaks {constraints}"
