"""One YAML file plus `key=value` overrides -> one frozen settings object, or every mistake at once.

A YAML names only what differs from the defaults. There are no includes, no interpolation and no class paths;
nested keys are dotted (`lora.rank=32`).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from virality.errors import ViralityError
from virality.spelling import nearest as nearest
from virality.spelling import nearest_key, nearest_path


class Settings(BaseModel):
    """Base of every settings class: frozen, and an unknown key is a mistake. `name: 2024` is the word '2024'."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, coerce_numbers_to_str=True)


class RunSettings(Settings):
    """What every step that makes a run may say."""

    name: str | None = None
    """Of the run; the config's stem by default."""
    out: str | None = None
    """Another folder than runs/<step>/<name>."""
    seed: int = 0


S = TypeVar("S", bound=Settings)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a date is a word: no setting is a time, and a run may be named after a day."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(model: type[S], path: Path, overrides: Sequence[str] = ()) -> S:
    """Settings of class `model` from the YAML at `path`, with `overrides` laid over it.

    Raises:
        ViralityError: the file is missing or not a mapping, or one line for each key that is unknown (with the
            nearest valid name) or has a value that does not fit, and for each override that is none.
    """
    values: dict[str, Any] = {}
    from_file, repeated = _read(path)
    mistakes = [f"{path}: {line}" for line in repeated]
    given = [(str(path), str(key), value) for key, value in from_file.items()]
    for place, key, value in [*given, *(_parsed(override) for override in overrides)]:
        mistake = _lay_over(values, key, value) if key else f"{value!r} is not an override; write key=value"
        mistakes += [f"{place}: {mistake}"] if mistake else []
    known = list(_keys(model))
    mistakes += [f"{path}: {line}" for line in _take_unknown(model, values, known)]
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        mistakes += [f"{path}: {_told(dict(item))}" for item in error.errors()]
    if mistakes:
        raise ViralityError("\n".join(mistakes))
    return settings


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted keys: `{"lora": {"rank": 8}}` -> `{"lora.rank": 8}`."""
    out: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            out.update(flat(value, f"{prefix}{key}."))
        else:
            out[f"{prefix}{key}"] = value
    return out


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What the file holds, and the keys that it gives twice: YAML itself would take the last and say nothing."""
    if not path.is_file():
        raise ViralityError(f"{path}: no such config file{nearest_path(path, ('.yaml', '.yml'))}")
    try:
        text = path.read_text(encoding="utf-8")
        values, tree = yaml.load(text, Loader=_Loader), yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ViralityError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}, []
    if not isinstance(values, dict):
        raise ViralityError(f"{path}: holds a {type(values).__name__}; a config is a mapping of keys to values")
    return values, list(_repeated(tree))


def _repeated(node: Any, prefix: str = "") -> Iterator[str]:
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = f"{prefix}{key.value}", key.start_mark.line + 1
        if name in seen:
            yield f"line {line}: {name} is there already in line {seen[name]}"
        seen.setdefault(name, line)
        yield from _repeated(value, f"{name}.")


def _parsed(override: str) -> tuple[str, str, Any]:
    """Place, key and value of an override; the key is empty where it is none."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        return "command line", "", override
    try:
        value = yaml.load(text, Loader=_Loader) if text.strip() else None
    except yaml.YAMLError:
        value = text
    return "command line", key.strip(), value


def _lay_over(values: dict[str, Any], key: str, value: object) -> str | None:
    """Set the dotted `key`; a section laid over a section adds to it. Answers what is wrong, or None."""
    place = values
    *parents, leaf = key.split(".")
    for parent in parents:
        if place.get(parent) is None:
            place[parent] = {}
        if not isinstance(place[parent], dict):
            return f"{key}: {parent} is a single value and has no keys of its own"
        place = place[parent]
    before = place.get(leaf)
    if isinstance(before, dict) and isinstance(value, dict) and value:  # `{}` empties a section
        place[leaf] = before | value
    else:
        place[leaf] = value
    return None


def _take_unknown(model: type[Any], values: dict[str, Any], known: list[str], prefix: str = "") -> Iterator[str]:
    """Take the keys that are no setting out of `values`, so that the rest can be checked, and say what each is."""
    for key in list(values):
        field = model.model_fields.get(key)
        if field is None:
            del values[key]
            yield f"{prefix}{key} is not a setting{nearest_key(f'{prefix}{key}', known)}"
            continue
        inner, optional = _inner_model(field.annotation)
        if inner is None:
            continue
        if values[key] is None and not optional:
            values[key] = {}  # a section whose lines are all comments
        if isinstance(values[key], dict):
            yield from _take_unknown(inner, values[key], known, f"{prefix}{key}.")


def _told(item: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in item["loc"]) or "settings"
    if item["type"] == "extra_forbidden":
        return f"{key} is not a setting"
    shown = "" if item["type"] == "missing" or not item["loc"] else f" = {_short(item['input'])}"
    return f"{key}{shown}: {_lower(item['msg'])}"


def _keys(model: type[Any], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        inner, _ = _inner_model(field.annotation)
        if inner is not None:
            yield from _keys(inner, f"{prefix}{name}.")


def _inner_model(annotation: Any) -> tuple[type[Any] | None, bool]:
    """The settings class of a section, and whether None may stand for it."""
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    models = [option for option in options if isinstance(option, type) and hasattr(option, "model_fields")]
    return (models[0] if models else None), types.NoneType in options


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _lower(sentence: str) -> str:
    sentence = sentence.removeprefix("Value error, ")
    return sentence[:1].lower() + sentence[1:]
