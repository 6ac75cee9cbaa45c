"""Certificates as values for machines and as a JSON file."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from congestion_lab.core.files import write_text
from congestion_lab.core.plain import plain
from congestion_lab.signals.certification.certificate import RULES, Certificate, Judgement, Separation, marking
from congestion_lab.signals.safety.rules import STANDARD_RULES, Rules
from congestion_lab.signals.timing import (
    DECELERATION_MPS2,
    ENTERING_SPEED_MPS,
    MAX_ALL_RED_S,
    MAX_YELLOW_S,
    MIN_YELLOW_S,
    REACTION_S,
    TURNING_SPEED_MPS,
    VEHICLE_LENGTH_M,
    WALKING_SPEED_MPS,
)


def basis(rules: Rules = STANDARD_RULES) -> dict[str, float]:
    """Return the figures that certificates rest on; grade is assumed flat, because no road model here knows heights."""
    return {
        "walking_speed_mps": WALKING_SPEED_MPS,
        "walk_s": rules.min_walk_s,
        "min_green_s": rules.min_green_s,
        "min_cycle_s": rules.min_cycle_s,
        "max_cycle_s": rules.max_cycle_s,
        "reaction_s": REACTION_S,
        "deceleration_mps2": DECELERATION_MPS2,
        "grade": 0.0,
        "min_yellow_s": MIN_YELLOW_S,
        "max_yellow_s": MAX_YELLOW_S,
        "max_all_red_s": MAX_ALL_RED_S,
        "vehicle_length_m": VEHICLE_LENGTH_M,
        "turning_speed_mps": TURNING_SPEED_MPS,
        "min_entering_speed_mps": ENTERING_SPEED_MPS,
    }


def certificates_as_json(certificates: Sequence[Certificate], rules: Rules = STANDARD_RULES) -> dict[str, Any]:
    """Return certificates in JSON's own types, with the rules, the figures they rest on and what files have to say."""
    return {
        "marking": plain(marking(certificates)),
        "basis": basis(rules),
        "rules": [plain(rule) for rule in RULES.values()],
        "certificates": [_certificate(one) for one in certificates],
    }


def write_certificates(path: Path, certificates: Sequence[Certificate]) -> None:
    """Write certificates as JSON, whole; the same certificates give the same bytes."""
    write_text(path, json.dumps(certificates_as_json(certificates), indent=1, ensure_ascii=False) + "\n")


def _certificate(one: Certificate) -> dict[str, Any]:
    fields = _fields(one)
    return fields | {
        "certified": one.certified,
        "separations": [_fields(each) | {"slack_s": each.slack_s} for each in one.separations],
        "judgements": [_fields(each) | {"margin_s": each.margin_s} for each in one.judgements],
    }


def _fields(value: Certificate | Separation | Judgement) -> dict[str, Any]:
    return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
