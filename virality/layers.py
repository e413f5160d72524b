"""YAML files and `key=value` words laid over each other, with the place where each key was said last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from virality.errors import ViralityError
from virality.spelling import nearest_path

NOTHING: Any = object()
"""No value: a key that is missing has none to show."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, a file, or the command line."""

    where: str
    line: int | None = None
    rank: int = 0
    """Files in their order, then the command line."""

    def __str__(self) -> str:
        return self.where if self.line is None else f"{self.where}: line {self.line}"

    @property
    def origin(self) -> str:
        """As one phrase: `configs/train/demo.yaml line 4`."""
        return str(self).replace(": line ", " line ")


@dataclass
class Layers:
    """What was said, and where.

    Fields:
        config: the first file.
        values: nested settings as they were written, later layers over earlier ones.
        places: dotted key -> where it was said last; sections too.
        mistakes: place and line of what could not be laid.
    """

    config: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    mistakes: list[tuple[Place, str]] = field(default_factory=list)

    def place(self, key: str) -> Place:
        """Where `key` was said; else a key of it, else a section that holds it, else the first file as a whole."""
        if key in self.places:
            return self.places[key]
        inside = [place for name, place in self.places.items() if name.startswith(f"{key}.")]
        if inside:
            return inside[-1]
        section = key.rpartition(".")[0]
        return self.place(section) if section else self.config

    def add(self, place: Place, key: str, value: object, lines: Mapping[str, int] | None = None) -> None:
        """Lay `key` over what there is; `lines` has the line of each dotted key below it, where a file said it."""
        *parents, leaf = key.split(".")
        section = self.values
        for parent in parents:
            if section.get(parent) is None:
                section[parent] = {}
            if not isinstance(section[parent], dict):
                self.mistakes.append((place, f"{key} = {shown(value)}: {parent} is a single value and has no keys"))
                return
            section = section[parent]
        added = _merge(section, leaf, _own(value))
        if not added:
            self.places = {name: said for name, said in self.places.items() if not name.startswith(f"{key}.")}
        for name in [key, *(f"{key}.{inner}" for inner in _dotted(value))]:
            line = (lines or {}).get(name, place.line)
            self.places[name] = Place(place.where, line, place.rank)


def lay(config: Path, overrides: Sequence[str] = ()) -> Layers:
    """The YAML at `config`, the YAMLs among `overrides` in their order, then the `key=value` words.

    Raises:
        ViralityError: a file is missing or is no mapping; a line for each.
    """
    files = [config, *(Path(word) for word in overrides if is_overlay(word))]
    laid, unreadable = Layers(Place(str(config))), []
    for rank, file in enumerate(files):
        try:
            _lay_file(laid, file, rank)
        except ViralityError as error:
            unreadable.append(str(error))
    if unreadable:
        raise ViralityError("\n".join(unreadable))
    place = Place("command line", rank=len(files))
    for word in overrides:
        if not is_overlay(word):
            _lay_word(laid, word, place)
    return laid


def is_overlay(word: str) -> bool:
    """Whether a word after the config names one more YAML file."""
    return "=" not in word and word.endswith((".yaml", ".yml"))


def shown(value: object) -> str:
    """A value as a YAML would have it, on one line of at most 60 characters."""
    try:
        text = yaml.safe_dump(value, default_flow_style=True, width=10**9, allow_unicode=True)
    except (yaml.YAMLError, RecursionError):
        text = repr(value)
    text = " ".join(text.removesuffix("\n").removesuffix("\n...").split())
    return text if len(text) <= 60 else text[:57] + "..."


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a date is a word: no setting is a time, and a run may be named after a day."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _lay_file(laid: Layers, file: Path, rank: int) -> None:
    if not file.is_file():
        raise ViralityError(f"{file}: no such config file{nearest_path(file, ('.yaml', '.yml'))}")
    try:
        text = file.read_text(encoding="utf-8")
        values, tree = yaml.load(text, Loader=_Loader), yaml.compose(text, Loader=_Loader)
        said = list(_lines(tree))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context).split())
        raise ViralityError(
            f"{file}: {f'line {mark.line + 1}: ' if mark else ''}not readable as YAML: {what}"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError, ValueError, RecursionError) as error:
        raise ViralityError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return
    if not isinstance(values, dict):
        raise ViralityError(f"{file}: holds a {type(values).__name__}; a config is a mapping of keys to values")
    lines: dict[str, int] = {}
    for name, line, value in said:
        if name in lines:
            what = f"{name}{value}: is there already in line {lines[name]}; keep one of the two"
            laid.mistakes.append((Place(str(file), line, rank), what))
        lines[name] = line
    for key, value in values.items():
        laid.add(Place(str(file), lines.get(str(key)), rank), str(key), value, lines)


def _lay_word(laid: Layers, word: str, place: Place) -> None:
    key, equals, text = word.partition("=")
    if not equals or not key.strip():
        laid.mistakes.append((place, f"{word}: is no override; write key=value, or name a .yaml file"))
        return
    try:
        value = yaml.load(text, Loader=_Loader) if text.strip() else None
    except (yaml.YAMLError, ValueError):
        value = text
    laid.add(place, key.strip(), value)


def _lines(node: Any, prefix: str = "") -> Iterator[tuple[str, int, str]]:
    """Dotted key, line and ` = value` (of a plain value) of everything that is said below a node."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.tag.endswith(":merge"):
            continue  # `<<`: what it brings has no line of its own here
        name = f"{prefix}{key.value}"
        yield name, key.start_mark.line + 1, f" = {value.value}" if isinstance(value, yaml.ScalarNode) else ""
        yield from _lines(value, f"{name}.")


def _merge(section: dict[str, Any], key: str, value: Any) -> bool:
    """Set a key; a section laid over a section adds to it, and `{}` empties it. Whether it was added to."""
    before = section.get(key)
    if isinstance(before, dict) and isinstance(value, dict) and value:
        for inner, one in value.items():
            _merge(before, inner, one)
        return True
    section[key] = value
    return False


def _own(value: Any) -> Any:
    """A copy in which nothing is shared: what YAML repeats by an anchor is changed in one place alone."""
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    return [_own(inner) for inner in value] if isinstance(value, list) else value


def _dotted(value: object) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield str(key)
        yield from (f"{key}.{name}" for name in _dotted(inner))
