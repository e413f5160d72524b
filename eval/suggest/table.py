"""A file of drafts: an answer to each row in its order, as they are found; a stopped command continues.

While it is written, `OUT.part` holds a first line that says what decides it and then the answers, a line a draft. What
another command left is never mixed in. At the end `OUT` holds the lines alone, and `OUT.json` who made them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from eval.score import rows
from eval.score.columns import Columns
from eval.score.texts import read
from eval.suggest.assistant import Assistant
from eval.suggest.history import TEXTS, named
from eval.suggest.records import Answer, as_json
from virality.atomic import aside, sha256
from virality.errors import ViralityError
from virality.progress import bar, say
from virality.text.normalise import normalise

_FORMAT = 1
_TEXT_FILE = ".txt"
_ALT = "alt"


@dataclass(frozen=True, slots=True)
class Drafts:
    """A file of drafts: CSV, TSV, JSONL, JSON, parquet or XLSX with a column of posts, or a text file, a line a draft.

    Fields:
        path: the file.
        columns: of the table: the posts and, where it is there, `alt`; None of a text file.
        count: rows.
    """

    path: Path
    columns: Columns | None
    count: int

    @classmethod
    def of(cls, path: Path) -> Drafts:
        """Look at a file, to its end, before anything is written.

        Raises:
            ViralityError: there is none, it cannot be read, or it has no column of posts or no row.
        """
        if path.suffix.lower() == _TEXT_FILE and path.is_file():
            total, columns = sum(1 for _ in _lines(path)), None
        else:
            rows.check(path)
            there = rows.names(path)
            text = named(path, there, TEXTS)
            columns = Columns((text, _ALT) if _ALT in there else (text,), None)
            total = rows.count(path, columns)
        if not total:
            raise ViralityError(f"{path}: holds no draft; name a table with one a row, or a text with one a line")
        return cls(path, columns, total)

    def read(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Each draft, why its cell holds none (see `eval.score.texts.read`), and its alt text."""
        if self.columns is None:
            yield from ((line, None, None) for line in _lines(self.path))
            return
        for _, cells in rows.rows(self.path, self.columns):
            alt = normalise(cells[1]) if len(cells) > 1 and isinstance(cells[1], str) else None
            yield (*read(cells[0]), alt)


def answers(assistant: Assistant, drafts: Drafts, asked: Mapping[str, Any], skip: int = 0) -> Iterator[Answer]:
    """Answers from row `skip` on; `asked`: what `Assistant.suggest` is asked, `alt` where the file has none."""
    pictures: list[str | None] = []
    unread: dict[int, str] = {}
    given = asked.get("alt")

    def texts() -> Iterator[str]:
        for at, (draft, why, alt) in enumerate(islice(drafts.read(), skip, None)):
            if why is not None and not draft:
                unread[at] = why
            pictures.append(alt if alt is not None else given)
            yield draft

    def alts() -> Iterator[str | None]:
        while True:
            yield pictures.pop(0)

    for at, answer in enumerate(assistant.suggest(texts(), **{**asked, "alt": alts()})):
        why = unread.pop(at, None)
        yield answer if why is None else replace(answer, reason=f"what stands in this row is no draft: {why}")


def write(
    assistant: Assistant,
    drafts: Drafts,
    out: Path,
    asked: Mapping[str, Any],
    decisive: Mapping[str, Any],
    *,
    fresh: bool,
) -> dict[str, Any]:
    """Answer every row of a file into `out`, a JSON line each, after what an earlier call of the same command left.

    Args:
        assistant: who is asked.
        drafts: the file.
        out: where the lines go.
        asked: what `Assistant.suggest` is asked.
        decisive: the same as JSON values, by which a stopped command is known again.
        fresh: replace what is there.

    Returns:
        What stands in `OUT.json`: `key`, who made it, `drafts`, `answered`, `sha256`.

    Raises:
        ViralityError: `out` is of another command, or cannot be written.
    """
    if out.is_dir():
        raise ViralityError(f"{out}: is a folder; name a file with --out")
    if out.resolve() == drafts.path.resolve():
        raise ViralityError(f"--out {out}: is the file that is read; name another")
    key = _key(assistant, drafts, decisive)
    about, part = out.with_name(f"{out.name}.json"), out.with_name(f"{out.name}.part")
    if not fresh:
        ended = _document(about)
        if ended is not None and ended.get("key") == key and out.is_file() and sha256(out) == ended.get("sha256"):
            say(f"{out}: done already with the same assistant and drafts; reused")
            return ended
        if out.exists() and _head(part) != key:  # else it was stopped before OUT.json was written
            raise ViralityError(f"{out}: is there already; --fresh replaces it, or name another --out")
    try:
        done = _begin(part, key, fresh=fresh)
        if done:
            say(f"{out}: continuing after {done:,} of {drafts.count:,} drafts")
        with part.open("a", encoding="utf-8") as stream:
            _fill(stream, answers(assistant, drafts, asked, done), drafts.count - done)
        return _finish(part, out, about, {"key": key, **assistant.about()})
    except OSError as error:
        if error.errno is not None and error.strerror and not out.parent.is_dir():
            raise ViralityError(f"{out}: cannot be written ({error.strerror}); name another --out") from error
        raise


def as_line(answer: Answer) -> str:
    """The JSON line of an answer."""
    return json.dumps(as_json(answer), ensure_ascii=False)


def _fill(stream: IO[str], found: Iterator[Answer], left: int) -> None:
    for answer in bar(found, "suggest", left, "drafts"):
        stream.write(f"{as_line(answer)}\n")
        stream.flush()


def _begin(part: Path, key: dict[str, Any], *, fresh: bool) -> int:
    """Open the part for going on. Returns how many answers are whole; what is torn behind them is cut off."""
    if fresh or not part.exists():
        with aside(part) as path:
            path.write_text(json.dumps({"key": key}, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    whole = done = 0
    with part.open("rb") as stream:
        stream.readline()
        if _head(part) != key:
            raise ViralityError(f"{part}: is of another command (another file, writer or setting); --fresh replaces "
                                "it, or name another --out")  # fmt: skip
        whole = stream.tell()
        for line in stream:
            if _parsed(line) is None:
                break
            whole, done = whole + len(line), done + 1
    with part.open("r+b") as stream:
        stream.truncate(whole)
    return done


def _head(part: Path) -> dict[str, Any] | None:
    """The key of the command that a part is of; None where there is no part, or none that can be read."""
    if not part.is_file():
        return None
    with part.open("rb") as stream:
        head = _parsed(stream.readline())
    return None if head is None else head.get("key")


def _finish(part: Path, out: Path, about: Path, facts: dict[str, Any]) -> dict[str, Any]:
    total = answered = 0
    with aside(out) as path, part.open(encoding="utf-8") as stream, path.open("w", encoding="utf-8") as lines:
        next(stream)
        for line in stream:
            total, answered = total + 1, answered + bool(json.loads(line)["suggestions"])
            lines.write(line)
    document = {**facts, "drafts": total, "answered": answered, "sha256": sha256(out)}
    with aside(about) as path:
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.unlink()
    return document


def _key(assistant: Assistant, drafts: Drafts, decisive: Mapping[str, Any]) -> dict[str, Any]:
    about = assistant.about()
    said = json.dumps({**about, "asked": decisive}, sort_keys=True)
    return {"format": _FORMAT, "file": sha256(drafts.path), "asked": hashlib.sha256(said.encode()).hexdigest()}


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A whole JSON line; None where it is torn."""
    try:
        found = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _document(path: Path) -> dict[str, Any] | None:
    try:
        return _parsed(path.read_bytes().rstrip() + b"\n")
    except OSError:
        return None


def _lines(path: Path) -> Iterator[str]:
    """The lines of a text file that hold anything."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        yield from (line.strip() for line in stream if line.strip())
