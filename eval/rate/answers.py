"""Answers of raters at rest: one file a rater, a JSON line an answer, on the disk before it counts as given."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from virality.atomic import sync
from virality.errors import ViralityError
from virality.progress import say

FOLDER = "ratings"
Choice = Literal["first", "second", "no difference"]
Side = Literal["draft", "rewrite"]
Preference = Literal["draft", "rewrite", "no difference"]


class Answer(BaseModel):
    """What a rater says of one item.

    Fields:
        example_id: the draft's.
        shown_first: what stood first when it was answered.
        choice: None where only the second question was answered.
        same: whether both say the same; None where that was not answered.
        at: ISO 8601, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    example_id: str
    shown_first: Side
    choice: Choice | None
    same: bool | None
    at: str

    @property
    def prefers(self) -> Preference | None:
        """What was chosen, whichever side it stood on."""
        if self.choice is None or self.choice == "no difference":
            return self.choice
        return "rewrite" if (self.choice == "first") == (self.shown_first == "rewrite") else "draft"


class _Head(BaseModel):
    """First line of a file: whose answers, and on which drafts and rewrites (`items.fingerprint`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ratings: Literal[1] = 1
    rater: str
    rewrites: str


class Ratings:
    """The open file of one rater. An answer counts once `add` has come back; a changed one is added behind the first.

    Only one process at a time may hold it open, and only one thread at a time may add.
    """

    def __init__(self, run: Path, rater: str, rewrites: str) -> None:
        """Open, or go on with, `run/ratings/RATER.jsonl`. What a crash left of a last line is cut off.

        Raises:
            ViralityError: the name does not fit a file, another process holds the file, it cannot be written, it
                rates other rewrites, or a line before the last is damaged.
        """
        self.path = file_of(run, rater)
        self.answers: dict[str, Answer] = {}
        try:
            self.path.parent.mkdir(exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise ViralityError(
                f"{self.path}: cannot be written ({error.strerror}); mend that and rate again"
            ) from error
        try:
            self._resume(rater, rewrites)
        except BaseException:
            os.close(self._file)
            raise

    def _resume(self, rater: str, rewrites: str) -> None:
        _lock(self._file, self.path)
        data = self.path.read_bytes()
        whole = _whole(data)
        if len(whole) < len(data):
            os.ftruncate(self._file, len(whole))
            say(f"{self.path}: its last line was cut short by a crash and is left out; that pair is asked again")
        if whole:
            self.answers = _parsed(self.path, whole, rater, rewrites)
        else:
            self._append(_Head(rater=rater, rewrites=rewrites))
            sync(self.path.parent)

    def add(self, answer: Answer) -> None:
        """Append an answer and return when it is on the disk.

        Raises:
            OSError: it could not be written; the file is then as it was before.
        """
        self._append(answer)
        self.answers[answer.example_id] = answer

    def close(self) -> None:
        """Give the file free."""
        os.close(self._file)

    def _append(self, line: BaseModel) -> None:
        data = line.model_dump_json().encode() + b"\n"
        before = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise


def file_of(run: Path, rater: str) -> Path:
    """Where a rater's answers lie.

    Raises:
        ViralityError: the name has characters that not every file system takes.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", rater):
        raise ViralityError(f"rater = {rater!r}: is 1 to 40 of the letters a to z, digits, - and _; give rater=NAME")
    return run / FOLDER / f"{rater}.jsonl"


def read(run: Path, rewrites: str) -> dict[str, dict[str, Answer]]:
    """What each rater answered, the last answer to an item only: rater -> example_id -> answer. Raters in order.

    Raises:
        ViralityError: a file rates other rewrites, is another rater's, or a line before the last is damaged.
    """
    out = {}
    for path in files(run):
        whole = _whole(path.read_bytes())
        out[path.stem] = _parsed(path, whole, path.stem, rewrites) if whole else {}
    return {rater: answers for rater, answers in out.items() if answers}


def files(run: Path) -> list[Path]:
    """The files of all raters."""
    return sorted((run / FOLDER).glob("*.jsonl"))


def now() -> str:
    """The time as answers keep it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _whole(data: bytes) -> bytes:
    """The lines that were written to their end."""
    return data[: data.rfind(b"\n") + 1]


def _parsed(path: Path, whole: bytes, rater: str, rewrites: str) -> dict[str, Answer]:
    lines = whole.splitlines()
    try:
        head = _Head.model_validate_json(lines[0])
    except ValidationError as error:
        raise ViralityError(f"{path}: line 1 is not the head of a ratings file; move the file away") from error
    if head.rater != rater:
        raise ViralityError(f"{path}: holds the answers of {head.rater!r}; name it {head.rater}.jsonl")
    if head.rewrites != rewrites:
        raise ViralityError(f"{path}: rates the rewrites of another report; move it back to that run's {FOLDER}/")
    found = {}
    for number, line in enumerate(lines[1:], 2):
        try:
            answer = Answer.model_validate_json(line)
        except ValidationError as error:
            raise ViralityError(f"{path}: line {number} is not an answer; remove that line") from error
        found[answer.example_id] = answer
    return found


def _lock(file: int, path: Path) -> None:
    """Hold the file against other processes until it is closed; the system lets go of it after a crash."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ViralityError(
            f"{path}: is open in another `virality rate`; end that one, or give another rater"
        ) from error
