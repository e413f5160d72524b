"""YAML files plus `key=value` overrides -> one frozen settings object with the origin of each value, or every mistake.

A YAML names only what differs from the defaults. There are no includes, no interpolation and no class paths;
nested keys are dotted (`lora.rank=32`), and a further YAML on the command line is laid over the first.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from virality.errors import ViralityError
from virality.layers import Layers, lay
from virality.mistakes import Broken, Mistakes, check, take_unknown
from virality.spelling import nearest as nearest

DEFAULT = "default"


class Settings(BaseModel):
    """Base of every settings class: frozen, and an unknown key is a mistake. `name: 2024` is the word '2024'.

    A string under a field says what the setting means: errors, schema and docs/configuration.md are made of it.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, coerce_numbers_to_str=True, allow_inf_nan=False,
        use_attribute_docstrings=True,
    )  # fmt: skip

    def broken(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between settings that do not hold: the keys it speaks of, the one to mend first, and what is wrong."""
        return iter(())

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        if rules := list(self.broken()):
            raise Broken(rules)
        return self

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        """YAML reads `on`, `off`, `yes` and `no` as true and false, and pydantic these as 1 and 0."""
        if isinstance(value, bool) and _takes_numbers(cls.model_fields[str(info.field_name)].annotation):
            raise PydanticCustomError("bool_for_number", "should be a number")
        return value


class RunSettings(Settings):
    """What every step that makes a run may say."""

    name: str | None = None
    """Of the run; the config's stem by default."""
    out: str | None = None
    """Another folder than runs/<step>/<name>."""
    seed: int = 0
    """Of whatever is drawn at random: the same seed, settings and inputs give the same run."""


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Read(Generic[S]):
    """Settings and where each came from.

    Fields:
        settings: valid.
        origins: dotted key of every setting -> `FILE line N`, `command line` or `default`.
        laid: what was said and where, for `mistakes`.
    """

    settings: S
    origins: dict[str, str]
    laid: Layers

    def mistakes(self) -> Mistakes:
        """To tell of settings that fit by themselves and not with this machine or these data, by the same places."""
        return Mistakes(Layers(self.laid.config, self.laid.values, self.laid.places))


def read(model: type[S], path: Path, overrides: Sequence[str] = ()) -> Read[S]:
    """Settings of class `model` from the YAML at `path`, with `overrides` laid over it.

    Args:
        model: a settings class.
        path: the config.
        overrides: further YAML files (words that end in .yaml and hold no `=`) are laid over it in their order, then
            the `key=value` words, whatever the order in which they stand.

    Raises:
        ViralityError: a file is missing or not a mapping; or one line for each key that is unknown (with the section
            it belongs in, or the nearest name) or has a value that does not fit, each rule between settings that does
            not hold, and each override that is none.
    """
    laid = lay(path, overrides)
    found = Mistakes(laid)
    take_unknown(model, laid.values, found)
    settings = check(model, laid.values, found)
    if not isinstance(settings, model) or found.lines():
        raise ViralityError("\n".join(found.lines()))
    places = {key: place.origin for key, place in laid.places.items()}
    origins = {key: places.get(key, DEFAULT) for key in flat(settings.model_dump(mode="json"))}
    return Read(settings, origins, laid)


def load(model: type[S], path: Path, overrides: Sequence[str] = ()) -> S:
    """The settings of `read`."""
    return read(model, path, overrides).settings


def stated(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """What a config and its overrides say, before it is known whether it is right; empty where they cannot be read."""
    try:
        return lay(path, overrides).values
    except ViralityError:
        return {}


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted keys: `{"lora": {"rank": 8}}` -> `{"lora.rank": 8}`."""
    out: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            out.update(flat(value, f"{prefix}{key}."))
        else:
            out[f"{prefix}{key}"] = value
    return out


def _takes_numbers(annotation: Any) -> bool:
    options = typing.get_args(annotation) or (annotation,)
    inner = [one for option in options for one in (typing.get_args(option) or (option,))]
    is_plain = typing.get_origin(annotation) in (None, types.UnionType, typing.Union)
    return is_plain and bool not in inner and (int in inner or float in inner)
