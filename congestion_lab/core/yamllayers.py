"""A YAML file that is based on another of its folder and says only what differs; faults name the file at fault."""

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from congestion_lab.core.errors import Fault, InputError
from congestion_lab.core.modelwords import shown_value
from congestion_lab.core.yamlfile import Key, M, Place, checked, line_of, loaded

BASED_ON = "based_on"
SUFFIX = ".yaml"


def read_layers(path: Path, model: type[M], error: type[InputError], *, hint: str, whole: str) -> M:
    """Read a file by its schema, over the file that its key `based_on` names, if it has one.

    Mappings are merged key by key, but for one that holds the key `whole`: it replaces what the base says there, as
    everything else that is no mapping does.

    Args:
        path: The file; its base is named without `.yaml` and lies beside it.
        model: The schema of the two together; `based_on` is no part of it.
        error: What is raised.
        hint: What to do where there is no such file, or nothing in it.
        whole: Key of a mapping that is never merged.

    Raises:
        InputError: Of the given type: a file is missing, no YAML or breaks the schema, or the base is elsewhere or has
            a base itself; every fault is named at its file and line.
    """
    own = loaded(path, error, hint=hint)
    if BASED_ON not in own:
        return checked(own, model, error, lambda key: (str(path), line_of(own, key)))
    base_path = _base_of(path, own, error)
    base = loaded(base_path, error, hint=f"`{BASED_ON}` of {path} names it")
    if BASED_ON in base:
        rule = f"{base_path.stem!r} is itself based on {base[BASED_ON]!r}"
        raise error(Fault(rule, "name a file that has no base", *_place(path, own, (BASED_ON,)), BASED_ON))
    differing = {key: value for key, value in own.items() if key != BASED_ON}

    def place_of(key: Key) -> Place:
        return _place(path, own, key) if _says(own, base, key, whole) else _place(base_path, base, key)

    return checked(_merged(base, differing, whole), model, error, place_of)


def _base_of(path: Path, own: CommentedMap, error: type[InputError]) -> Path:
    name, place = own[BASED_ON], _place(path, own, (BASED_ON,))
    beside = sorted(file.stem for file in path.parent.glob(f"*{SUFFIX}") if file != path)
    if name == path.stem:
        raise error(Fault("the file is based on itself", "name another file of its folder", *place, BASED_ON))
    if name not in beside:
        rule = f"{shown_value(name)} is no file beside this one"
        hint = f"name one of {', '.join(beside)}" if beside else f"put the base, as <name>{SUFFIX}, beside this file"
        raise error(Fault(rule, hint, *place, BASED_ON))
    return path.with_name(f"{name}{SUFFIX}")


def _place(path: Path, raw: CommentedMap, key: Key) -> Place:
    return str(path), line_of(raw, key)


def _merged(base: Mapping[str, object], own: Mapping[str, object], whole: str) -> dict[str, object]:
    return {**base, **{key: _over(base.get(key), value, whole) for key, value in own.items()}}


def _over(below: object, value: object, whole: str) -> object:
    if isinstance(value, Mapping) and isinstance(below, Mapping) and whole not in {*below, *value}:
        return _merged(below, value, whole)
    return value


def _says(own: object, base: object, key: Key, whole: str) -> bool:
    """Return whether the value of a key, or what is above it and wrong, comes from the file itself, not its base."""
    for part in key:
        if not isinstance(own, Mapping) or not isinstance(base, Mapping) or whole in {*own, *base}:
            return True
        if part not in own or part not in base:
            return part in own
        own, base = own[part], base[part]
    return True
