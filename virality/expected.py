"""What a setting may be, in words: from its annotation and limits, for errors and for docs/configuration.md alike."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import annotated_types
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

_LIMITS = (
    (annotated_types.Ge, "ge", "at least"),
    (annotated_types.Gt, "gt", "above"),
    (annotated_types.Le, "le", "at most"),
    (annotated_types.Lt, "lt", "below"),
)


def expected(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """`a whole number of at least 1, auto or null`."""
    return listed(list(dict.fromkeys(_options(annotation, metadata))))


def words(annotation: Any) -> list[str]:
    """The words that an annotation names: those of its literals."""
    if typing.get_origin(annotation) is Literal:
        return [str(one) for one in typing.get_args(annotation)]
    inners = typing.get_args(annotation)
    inners = inners[1:] if typing.get_origin(annotation) is dict else inners  # a name of a section is no value of it
    return [word for inner in inners for word in words(inner)]


def section_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The settings class of a section, and whether null may stand for it."""
    options = typing.get_args(annotation) if _is_union(annotation) else (annotation,)
    models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    return (models[0] if models else None), types.NoneType in options


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every dotted key of a settings class with its field, sections before what is in them."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field
        inner, _ = section_of(field.annotation)
        if inner is not None:
            yield from keys(inner, f"{prefix}{name}.")


def listed(options: Sequence[str]) -> str:
    """`a, b or c`."""
    *first, last = options
    return f"{', '.join(first)} or {last}" if first else last


def _options(annotation: Any, metadata: Sequence[Any]) -> Iterator[str]:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        yield from _options(inner[0], [*metadata, *inner[1:]])
    elif _is_union(annotation):
        for one in sorted(inner, key=lambda option: option is types.NoneType):
            yield from _options(one, metadata)
    elif origin is Literal:
        yield from map(str, inner)
    elif origin in (tuple, list):
        joined = any(isinstance(one, BeforeValidator) for one in metadata)
        yield f"a list of {_plural(inner[0])}{' (or a,b)' if joined else ''}"
    elif origin is dict:
        yield f"a mapping of names to {_plural(inner[1])}"
    elif section_of(annotation)[0] is not None:
        yield "a section of keys"
    elif annotation in (int, float):
        limits = " and ".join(_limits(metadata))
        kind = "a whole number" if annotation is int else "a number"
        yield f"{kind}{' of' * limits.startswith('at')} {limits}".rstrip()
    else:
        yield {bool: "true or false", str: "text", types.NoneType: "null"}.get(annotation, "another value")


def _plural(annotation: Any) -> str:
    if typing.get_origin(annotation) is Literal:
        return listed(words(annotation))
    one = expected(annotation)
    if one.startswith("a list of"):
        return one.replace("a list", "lists", 1)
    return one.removeprefix("a ").replace("number", "numbers", 1) if one.startswith("a ") else f"{one}s"


def _limits(metadata: Sequence[Any]) -> Iterator[str]:
    flat = [one for piece in metadata for one in (piece.metadata if isinstance(piece, FieldInfo) else [piece])]
    for kind, name, said in _LIMITS:
        yield from (f"{said} {getattr(one, name):g}" for one in flat if isinstance(one, kind))


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)
