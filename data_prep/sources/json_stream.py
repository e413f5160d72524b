"""JSON cut into its objects without being parsed: that is a worker's work."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

from data_prep.sources import Bad
from data_prep.sources.archives import damage_of
from data_prep.sources.blocking import LARGEST_ROW, Sized, shown
from virality.errors import ViralityError

_FLAT = re.compile(r'\{(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+\}', re.DOTALL)
_RUN = re.compile(r'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_IN_STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BLANK = re.compile(r"[\s,]*")
_MARK = re.compile(r'["{}\[\]]')
_PLAIN = re.compile(r'[^\s,"{}\[\]]+')
_ASSIGNED = re.compile(r"\s*[A-Za-z_$][\w.$\[\]\"']*\s*=\s*")
"""`window.YTD.tweets.part0 =`, before the list of an X archive."""


def lines(stream: io.TextIOWrapper) -> Iterator[Sized]:
    """The lines of JSONL that are not blank. Only LF ends one, as U+2028 may stand in a post."""
    while line := stream.readline(LARGEST_ROW + 1):
        whole = line.endswith("\n")
        if len(line) > LARGEST_ROW:
            yield Bad("too_big", value=shown(line)), 200
            while line and not line.endswith("\n"):
                line = stream.readline(LARGEST_ROW)
        elif not whole and damage_of(stream) is not None:
            return
        elif line := line.strip():
            yield line, len(line)


def elements(stream: io.TextIOWrapper, file: str, items_at: str | None = None) -> Iterator[Sized]:
    """The objects of a list, each as its own JSON; of objects one after another; or the rows of an object of columns.

    Args:
        stream: text of one file.
        file: what errors call it.
        items_at: dotted key of the list inside an object; None = the first list of objects there.

    Raises:
        ViralityError: no list of objects is there.
    """
    text = _Text(stream)
    text.skip_assignment()
    start = text.next()
    if start == "[" and items_at is None:
        text.at += 1
        yield from _listed(text)
    elif start == "{" and items_at is None:
        yield from _of_object(text, file)
    elif start == "{" and items_at is not None:
        if not _stands_at(text, items_at.split(".")):
            raise ViralityError(f"{file}: no list stands at {items_at!r}")
        yield from _listed(text)
    elif start:
        raise ViralityError(f"{file}: neither a list of objects nor an object of columns")


class _Text:
    """A window on a stream of text: `held[at:]` is what comes next."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self.held, self.at, self.ended = "", 0, False
        self._stream = stream

    def more(self) -> bool:
        """Hold more, at least as much again as there is; False at the end."""
        rest = self.held[self.at :]
        piece = self._stream.read(max(1 << 16, len(rest)))
        self.held, self.at, self.ended = rest + piece, 0, not piece
        return bool(piece)

    def next(self) -> str:
        """The next character that is neither blank nor a comma; '' at the end."""
        while True:
            found = _BLANK.match(self.held, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.held):
                return self.held[self.at]
            if not self.more():
                return ""

    def skip_assignment(self) -> None:
        """Pass `name =`, as scripts have before their data."""
        self.more()
        if found := _ASSIGNED.match(self.held):
            self.at = found.end()

    def value(self) -> str | None:
        """The object, list, string or plain value that begins here, and pass it. None: it is too large or not whole.

        Then nothing is passed; `pass_value` does.
        """
        while True:
            end = _end(self.held, self.at)
            if end is not None and (end < len(self.held) or self.ended or self.held[end - 1] in '}]"'):
                found, self.at = self.held[self.at : end], end
                return found if len(found) <= LARGEST_ROW else None
            if len(self.held) - self.at > LARGEST_ROW or not self.more():
                return None

    def pass_value(self) -> bool:
        """Pass the value that begins here, however large, holding little of it. False: the text ends inside it."""
        if self.held[self.at] not in '{["':
            return self._pass_plain()
        depth, quoted = 0, False
        while True:
            if quoted:
                quoted = self._pass_quoted()
            else:
                depth, quoted = self._pass_brackets(depth)
            if not quoted and depth == 0:
                return True
            if self.held[self.at :] in ("", "\\") and not self.more():
                return False

    def _pass_plain(self) -> bool:
        while found := _PLAIN.match(self.held, self.at):
            self.at = found.end()
            if self.at < len(self.held) or not self.more():
                break
        return self.at < len(self.held)

    def _pass_quoted(self) -> bool:
        """Pass the inside of a string and its end. Returns whether it goes on."""
        found = _IN_STRING.match(self.held, self.at)
        self.at = found.end() if found else self.at
        ends = self.held.startswith('"', self.at)
        self.at += ends
        return not ends

    def _pass_brackets(self, depth: int) -> tuple[int, bool]:
        """Pass text up to a quote, or to where no bracket is open. Returns the depth, and whether a string begins."""
        for found in _MARK.finditer(self.held, self.at):
            self.at, mark = found.end(), found[0]
            if mark == '"':
                return depth, True
            depth += 1 if mark in "{[" else -1
            if depth <= 0:
                return 0, False
        self.at = len(self.held)
        return depth, False


def _end(text: str, at: int) -> int | None:
    """Where the value that begins at `at` ends; None where its end is not in `text`."""
    if text[at] not in '{["':
        plain = _PLAIN.match(text, at)
        return plain.end() if plain else at + 1
    if found := _FLAT.match(text, at) or _STRING.match(text, at):
        return found.end()
    depth = 0
    while at < len(text) and (mark := text[at]) != '"':  # a quote is left where a string is not closed
        depth += 1 if mark in "{[" else -1
        at += 1
        if depth == 0:
            return at
        if plain := _RUN.match(text, at):
            at = plain.end()
    return None


def _listed(text: _Text, end: str = "]") -> Iterator[Sized]:
    """The objects up to `end`, which may be '' for objects one after another to the end of the text."""
    while start := text.next():
        if start == end:
            return
        value = text.value()
        if value is None:
            large = len(text.held) - text.at > LARGEST_ROW
            yield Bad("too_big" if large else "bad_json", value=shown(text.held[text.at : text.at + 200])), 200
            if not text.pass_value():
                return
        elif value.startswith("{"):
            yield value, len(value)
        else:
            yield Bad("bad_row", value=shown(value[:200])), 200
    if end:
        yield Bad("bad_json", value="the file ends before its list does"), 200


def _of_object(text: _Text, file: str) -> Iterator[Sized]:
    whole = text.value()
    if whole is None:
        yield from _of_keys(text, file)
    elif text.next():
        yield whole, len(whole)
        yield from _listed(text, end="")
    else:
        yield from _of_keys(_Text(io.StringIO(whole)), file)


def _of_keys(text: _Text, file: str) -> Iterator[Sized]:
    """The first list of objects in an object; or, where its first list is of something else, its columns as rows."""
    columns: dict[str, list[str]] = {}
    seen: list[str] = []
    for key in _keys(text):
        seen.append(key)
        if text.next() == "[":
            text.at += 1
            if text.next() == "{" and not any(columns.values()):
                yield from _listed(text)
                return
            columns[key] = list(_cells(text))
        elif text.value() is None and not text.pass_value():
            break
    if len(columns) != len(seen):
        named = ", ".join(repr(shown(_name(key))) for key in seen[:10])
        raise ViralityError(
            f"{file}: neither a list of objects nor an object of columns; it has {named or 'no key'} (where the list "
            "lies deeper, say so: source.items_at=KEY.KEY)"
        )
    lengths = {_name(key): len(column) for key, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ViralityError(f"{file}: columns of different length: {shown(lengths)}")
    for cells in zip(*columns.values(), strict=True):
        row = ",".join(f"{key}:{cell}" for key, cell in zip(columns, cells, strict=True))
        yield f"{{{row}}}", len(row)


def _name(key: str) -> str:
    """A key without its quotes; as it stands where its escapes are broken."""
    try:
        return str(json.loads(key, strict=False))
    except ValueError:
        return key[1:-1]


def _keys(text: _Text) -> Iterator[str]:
    """The keys of the object that begins here, each as JSON; the caller passes the value after each."""
    if text.next() == "{":
        text.at += 1
    while text.next() == '"':
        key = text.value()
        if key is None or text.next() != ":":
            return
        text.at += 1
        if text.next():
            yield key


def _cells(text: _Text) -> Iterator[str]:
    """The values of a list, each as JSON; `null` for one that is too large."""
    while (start := text.next()) and start != "]":
        value = text.value()
        if value is None and not text.pass_value():
            return
        yield "null" if value is None else value
    text.at += 1


def _stands_at(text: _Text, path: list[str]) -> bool:
    """Go to the list at the keys of `path`; False where none is there."""
    for depth, wanted in enumerate(path, start=1):
        for key in _keys(text):
            if _name(key) == wanted:
                break
            if text.value() is None and not text.pass_value():
                return False
        else:
            return False
        if text.next() != ("[" if depth == len(path) else "{"):
            return False
    text.at += 1
    return True
