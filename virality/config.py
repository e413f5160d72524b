"""One YAML file plus `key=value` overrides -> one frozen settings object, or every mistake at once.

A YAML names only what differs from the defaults. There are no includes, no interpolation and no class paths;
nested keys are dotted (`lora.rank=32`).
"""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from virality.errors import ViralityError


class Settings(BaseModel):
    """Base of every settings class: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


S = TypeVar("S", bound=Settings)


def load(model: type[S], path: Path, overrides: Sequence[str] = ()) -> S:
    """Settings of class `model` from the YAML at `path`, with `overrides` laid over it.

    Raises:
        ViralityError: the file is missing or not a mapping, or one line for each key that is unknown (with the
            nearest valid name) or has a value that does not fit.
    """
    values = _read(path)
    for override in overrides:
        _lay_over(values, override)
    mistakes = list(_unknown(model, values, str(path)))
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        for item in error.errors():
            if item["type"] == "extra_forbidden":
                continue
            key = ".".join(str(part) for part in item["loc"]) or "settings"
            shown = "" if item["type"] == "missing" else f" = {_short(item['input'])}"
            mistakes.append(f"{path}: {key}{shown}: {_lower(item['msg'])}")
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


def nearest(word: str, known: Sequence[str]) -> str:
    """` (did you mean X?)` for the closest of `known`, or an empty string."""
    by_leaf = [name for name in known if name.rsplit(".", 1)[-1] == word.rsplit(".", 1)[-1]]
    close = by_leaf or difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _read(path: Path) -> dict[str, Any]:
    import yaml

    if not path.is_file():
        beside = sorted(str(other) for other in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        hint = nearest(str(path), beside) or (f"; there are {', '.join(beside)}" if beside else "")
        raise ViralityError(f"{path}: no such config file{hint}")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ViralityError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ViralityError(f"{path}: holds a {type(values).__name__}; a config is a mapping of keys to values")
    return values


def _lay_over(values: dict[str, Any], override: str) -> None:
    import yaml

    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ViralityError(f"command line: {override!r} is not an override; write key=value")
    place = values
    *parents, leaf = key.strip().split(".")
    for parent in parents:
        inner = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise ViralityError(f"command line: {key}: {parent} is a single value and has no keys of its own")
        place = inner
    try:
        place[leaf] = yaml.safe_load(text) if text.strip() else None
    except yaml.YAMLError:
        place[leaf] = text


def _unknown(model: type[Any], values: dict[str, Any], path: str, prefix: str = "") -> Iterator[str]:
    known = list(_keys(model))
    for key, value in values.items():
        field = model.model_fields.get(key)
        if field is None:
            guess = nearest(str(key), known).replace("mean ", f"mean {prefix}")
            yield f"{path}: {prefix}{key} is not a setting{guess}"
            continue
        inner = _inner_model(field.annotation)
        if inner is not None and isinstance(value, dict):
            yield from _unknown(inner, value, path, f"{prefix}{key}.")


def _keys(model: type[Any], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        inner = _inner_model(field.annotation)
        if inner is not None:
            yield from _keys(inner, f"{prefix}{name}.")


def _inner_model(annotation: Any) -> type[Any] | None:
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and hasattr(option, "model_fields"):
            return option
    return None


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _lower(sentence: str) -> str:
    sentence = sentence.removeprefix("Value error, ")
    return sentence[:1].lower() + sentence[1:]
