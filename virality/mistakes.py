"""What is wrong with settings: each mistake is one line with its place, its value and the way out."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from virality.expected import expected, keys, section_of, words
from virality.layers import NOTHING, Layers, shown
from virality.spelling import nearest, why_unknown


class Broken(ValueError):
    """Rules between settings that do not hold: of each the keys, the one to mend first, and what is wrong with it."""

    def __init__(self, rules: Sequence[tuple[tuple[str, ...], str]]) -> None:
        super().__init__("; ".join(f"{keys[0]}: {what}" for keys, what in rules))
        self.rules = rules


class Mistakes:
    """The mistakes of one reading, told in the order of files, lines and the command line."""

    def __init__(self, laid: Layers) -> None:
        self.laid = laid
        self._found = list(laid.mistakes)

    def add(self, key: str, what: str, value: object = NOTHING) -> None:
        """Note that `key` is wrong; `what` ends with the way out."""
        said = f"{key}: " if value is NOTHING else f"{key} = {shown(value)}: "
        self._found.append((self.laid.place(key) if key else self.laid.config, f"{said if key else ''}{what}"))

    def lines(self) -> list[str]:
        """One line each; what a file lacks comes after what it says."""
        inside = sorted(self._found, key=lambda one: (one[0].rank, one[0].line is None, one[0].line or 0))
        return list(dict.fromkeys(f"{place}: {what}" for place, what in inside))


def take_unknown(model: type[BaseModel], values: dict[str, Any], found: Mistakes) -> None:
    """Take the keys that are no setting out of `values`, so that the rest can be checked, and say what each is."""
    known = [key for key, _ in keys(model)]
    _take_unknown(model, values, known, found, "")


def check(model: type[BaseModel], values: dict[str, Any], found: Mistakes) -> BaseModel | None:
    """Settings of `values`, or None where something is wrong.

    A rule between settings is told beside the mistakes in single ones, unless it speaks of one of those.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        bad = _tell(model, error, values, found)
    for _ in range(2):  # once more for what was required and wrong
        try:
            model.model_validate(values)
        except ValidationError as error:
            bad |= _tell_rules(error, values, bad, found, model)
    return None


def _take_unknown(
    model: type[BaseModel], values: dict[str, Any], known: list[str], found: Mistakes, prefix: str
) -> None:
    for key in list(values):
        field = model.model_fields.get(key)
        if field is None:
            found.add(f"{prefix}{key}", why_unknown(f"{prefix}{key}", known), values.pop(key))
            continue
        inner, optional = section_of(field.annotation)
        if inner is None:
            continue
        if values[key] is None and not optional:
            values[key] = {}  # a section whose lines are all comments
        if isinstance(values[key], dict):
            _take_unknown(inner, values[key], known, found, f"{prefix}{key}.")


def _tell(model: type[BaseModel], error: ValidationError, values: dict[str, Any], found: Mistakes) -> set[str]:
    """Note every mistake of `error`; take what is wrong out of `values` and answer its keys."""
    bad: set[str] = set()
    for item in error.errors():
        key, annotation, metadata, about = _where(model, item["loc"])
        broken = (item.get("ctx") or {}).get("error")
        if isinstance(broken, Broken):
            _tell_broken(broken, key, values, bad, found)
            continue
        if key in bad:  # the other branch of a union
            continue
        if item["type"] == "missing":
            write = f"; write {expected(annotation, metadata)}"
            found.add(key, f"is missing{f': {about}' if about and not words(annotation) else write}")
        elif item["type"] == "value_error" or not key:
            found.add(key, _plain(item["msg"]), item["input"])
        else:
            options = words(annotation)
            near = nearest(str(item["input"]), options) if options else ""
            inner, _ = section_of(annotation)
            example = f", {key}.{next(iter(inner.model_fields))} for one" if inner else ""
            found.add(key, f"should be {expected(annotation, metadata)}{example}{near}", item["input"])
        if key:
            bad.add(key)
            _take(values, key)
    return bad


def _tell_rules(
    error: ValidationError, values: dict[str, Any], bad: set[str], found: Mistakes, model: type[BaseModel]
) -> set[str]:
    """Note the rules that do not hold for what is left; answer the keys that had to be filled in for that."""
    filled: set[str] = set()
    for item in error.errors():
        key, annotation, _, _ = _where(model, item["loc"])
        broken = (item.get("ctx") or {}).get("error")
        if isinstance(broken, Broken):
            _tell_broken(broken, key, values, bad, found)
        elif item["type"] == "missing" and "." not in key:
            options = words(annotation)
            values[key] = options[0] if options else (["x"] if "list" in expected(annotation) else "x")
            filled.add(key)
    return filled


def _tell_broken(broken: Broken, section: str, values: dict[str, Any], bad: set[str], found: Mistakes) -> None:
    prefix = f"{section}." if section else ""
    for names, what in broken.rules:
        full = [f"{prefix}{name}" for name in names]
        if not any(_touches(name, one) for name in full for one in bad):
            found.add(full[0], what, _at(values, full[0]))


def _where(model: type[BaseModel], loc: Sequence[int | str]) -> tuple[str, Any, Sequence[Any], str]:
    """Dotted key, annotation, limits and meaning of the setting that an error of pydantic is about."""
    parts: list[str] = []
    inner: type[BaseModel] | None = model
    annotation: Any = None
    metadata: Sequence[Any] = ()
    about = ""
    for at, part in enumerate(loc):
        field = inner.model_fields.get(str(part)) if inner is not None else None
        if field is None:
            return _inside(parts, annotation, metadata, loc[at:], about)
        parts.append(str(part))
        annotation, metadata = field.annotation, field.metadata
        about = _plain(" ".join((field.description or "").split())).removesuffix(".")
        inner, _ = section_of(annotation)
    return ".".join(parts), annotation, metadata, about


def _inside(
    parts: list[str], annotation: Any, metadata: Sequence[Any], rest: Sequence[int | str], about: str
) -> tuple[str, Any, Sequence[Any], str]:
    """One of a list's values, or one of a mapping's; a branch of a union is the setting itself."""
    origin, options = typing.get_origin(annotation), list(typing.get_args(annotation))
    if origin in (tuple, list) and isinstance(rest[0], int):
        return ".".join(parts), options[0], (), about
    if origin is dict:
        return ".".join([*parts, str(rest[0])]), options[1], (), about
    return ".".join(parts), annotation, metadata, about


def _touches(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _at(values: dict[str, Any], key: str) -> Any:
    value: Any = values
    for part in key.split("."):
        value = value.get(part, NOTHING) if isinstance(value, dict) else NOTHING
    return value


def _take(values: dict[str, Any], key: str) -> None:
    *parents, leaf = key.split(".")
    section: Any = values
    for parent in parents:
        section = section.get(parent) if isinstance(section, dict) else None
    if isinstance(section, dict):
        section.pop(leaf, None)


def _plain(sentence: str) -> str:
    sentence = sentence.removeprefix("Value error, ")
    return sentence[:1].lower() + sentence[1:]
