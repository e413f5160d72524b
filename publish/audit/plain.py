"""Text files as pieces: JSON by its keys, lines of JSON, CSV by its columns, HTML without tags, the rest by line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from publish.audit.pieces import TOKENS, Decode, Piece, Undecodable
from virality.gates.corpus import RUN

_INLINE = frozenset(("a", "abbr", "b", "bdi", "bdo", "code", "del", "em", "i", "ins", "mark", "q", "s", "small", "span",
                     "strong", "sub", "sup", "u"))  # fmt: skip
_BATCH = 5000
_READABLE = re.compile(r"[^\x00-\x1f\x7f\ufffd]{12,}")


def text_of(path: Path) -> str:
    """The file as text.

    Raises:
        Undecodable: it is none.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Undecodable("neither text nor a format that is known here") from error


def pieces(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """The pieces of a text file, by its ending."""
    text, ending = text_of(path), path.suffix.lower()
    if ending in (".json", ".ipynb", ".webmanifest"):
        yield from of_json(parsed(text), decode)
    elif ending in (".jsonl", ".ndjson", ".part"):  # answers of `suggest` that are not finished, whatever their name
        yield from of_lines(text, decode)
    elif ending in (".csv", ".tsv"):
        yield from _of_table(text, "\t" if ending == ".tsv" else ",")
    elif ending in (".html", ".htm", ".xml", ".svg"):
        yield Piece(None, blocks(text))
    else:
        yield Piece(None, list(dict.fromkeys([*text.splitlines(), text])))


def parsed(text: str) -> Any:
    """A JSON document.

    Raises:
        Undecodable: it is broken.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"broken JSON ({str(error)[:60]})") from error


def of_json(value: Any, decode: Decode | None) -> Iterator[Piece]:
    """The text of a JSON value, by key; keys themselves without a name."""
    found: dict[str | None, list[str | None]] = {}
    for name, text in leaves(value, decode):
        found.setdefault(name, []).append(text)
    for name, values in found.items():
        yield Piece(name, values, undecoded=values.count(None))


def of_lines(text: str, decode: Decode | None) -> Iterator[Piece]:
    """The same of lines of JSON; a line that is torn is read as it is."""
    lines = text.split("\n")
    for start in range(0, len(lines), _BATCH):
        some = lines[start : start + _BATCH]
        yield from of_json([line_value(one) for one in some], decode)


def line_value(line: str) -> Any:
    """A line of JSON, or the line itself where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def leaves(value: Any, decode: Decode | None, name: str | None = None) -> Iterator[tuple[str | None, str | None]]:
    """(key, text) of every string in a JSON value, of ids that are numbers, and of token ids.

    The text is None where token ids cannot be decoded.
    """
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield None, key
            yield from leaves(inner, decode, key)
    elif isinstance(value, list):
        if name in TOKENS and len(value) >= RUN and all(type(one) is int for one in value):
            yield name, None if decode is None else decode(value)
            return
        for inner in value:
            yield from leaves(inner, decode, name)
    elif type(value) is int and name is not None and name.endswith("id"):
        yield name, str(value)


def _of_table(text: str, delimiter: str) -> Iterator[Piece]:
    csv.field_size_limit(1 << 30)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = next(rows, [])
    yield Piece(None, names)
    batch: list[list[str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            yield from _columns(names, batch)
            batch = []
    yield from _columns(names, batch)


def _columns(names: list[str], rows: list[list[str]]) -> Iterator[Piece]:
    for at in range(max(map(len, rows), default=0)):
        yield Piece(names[at] if at < len(names) else None, [row[at] for row in rows if at < len(row)])


def readable(data: bytes) -> Piece:
    """What of some bytes reads as text, twelve characters or more in a row."""
    return Piece(None, list(dict.fromkeys(_READABLE.findall(data.decode("utf-8", "replace")))))


def blocks(text: str) -> list[str]:
    """The text of a page, unescaped, a piece a block: marks inside a sentence do not part it. Attributes too."""
    parser = _Blocks()
    parser.feed(text)
    parser.close()
    return parser.found()


class _Blocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._now: list[str] = []
        self._all: list[str] = []

    def found(self) -> list[str]:
        self._end()
        return list(dict.fromkeys(self._all))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._end()
        self._all += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end()

    def handle_data(self, data: str) -> None:
        self._now.append(data)

    def handle_comment(self, data: str) -> None:
        self._all.append(data)

    def _end(self) -> None:
        if text := "".join(self._now).strip():
            self._all.append(text)
        self._now = []
