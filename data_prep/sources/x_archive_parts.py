"""The parts of an X archive put together: its posts, the account, long posts in full, and which were edited later."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from data_prep.sources import Bad, Block, Row
from data_prep.sources.archives import Member, members
from data_prep.sources.files import blocks, expand, parsed
from data_prep.sources.platform_files import first_list, is_zip
from data_prep.sources.platform_rows import at, words
from virality.errors import ViralityError

# not deleted-tweets.js or twitter-circle-tweet.js: those are not public
_TWEETS = re.compile(r"tweets?(?:-part\d+)?\.js")
_ACCOUNT = re.compile(r"account\.js")
_NOTES = re.compile(r"note-tweet(?:-part\d+)?\.js")
_VERSIONS = re.compile(r'"editTweetIds"\s*:\s*\[([^\]]*)\]')
_ID = re.compile(r'"(\d{5,25})"')
_LINKS = re.compile(r"https?://\S+")
_MENTIONS = re.compile(r"^(?:@\w+\s+)+")
_KEY = 60
_LEAST = 100
"""Characters that a cut post and its long form must have in common."""


@dataclass(frozen=True, slots=True)
class Known:
    """What other parts say of posts.

    Fields:
        account: the handle.
        notes: long posts by the start of their text.
        versions: id of a post that was edited later -> all ids of its history.
    """

    account: str | None = None
    notes: dict[str, list[Row]] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)


def archive_rows(path: Path) -> Iterator[Block]:
    """The posts of an archive as `{tweet, account, note, versions}`; the last three only where they are known.

    A `tweets.js` alone is read alone: what lies beside it is not part of the file that the config names.
    """
    if is_zip(path):
        parts = [one for one in members(path, "*.js") if isinstance(one, Member)]
        account, notes = _account(_named(parts, _ACCOUNT)), _notes(_named(parts, _NOTES))
    else:
        whole = [Member(path)] if Member(path).kind == ".json" else []
        account, notes = _account(whole, "account"), _notes(whole, "note-tweet")
    known = Known(account, notes, _edited(posts_alone(path)))
    for block in posts_alone(path):
        if isinstance(block.rows, list):
            yield Block(block.file, block.first, [_with(row, known) for row in block.rows])
        else:
            yield block


def posts_alone(path: Path) -> Iterator[Block]:
    """The posts of an archive as they lie there."""
    if not is_zip(path):
        whole = Member(path).kind == ".json"
        yield from first_list(path, ("tweets", "tweet")) if whole else blocks(path)
        return
    parts = list(members(path, "*.js"))
    for bad in (one for one in parts if isinstance(one, Bad)):
        yield Block(str(path), 1, [bad])
    for one in _named([one for one in parts if isinstance(one, Member)], _TWEETS):
        yield from blocks(one)


def _named(parts: list[Member], name: re.Pattern[str]) -> list[Member]:
    return [one for one in parts if name.fullmatch(PurePosixPath(one.inner or one.path.name).name)]


def _objects(parts: list[Member], items_at: str | None) -> Iterator[Row]:
    """Objects of a part; none where it is missing or damaged: posts are read all the same."""
    for one in parts:
        try:
            for block in blocks(one, items_at=items_at):
                yield from (row for _, row in expand(block) if isinstance(row, dict))
        except ViralityError:
            continue


def _account(parts: list[Member], items_at: str | None = None) -> str | None:
    return next((name for row in _objects(parts, items_at) if (name := words(at(row, "account", "username")))), None)


def _notes(parts: list[Member], items_at: str | None = None) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _objects(parts, items_at):
        note, text = at(row, "noteTweet"), at(row, "noteTweet", "core", "text")
        if isinstance(text, str):
            kept = {"id": words(at(note, "noteTweetId")), "text": text, "urls": at(note, "core", "urls")}
            found.setdefault(_plain(text)[:_KEY], []).append(kept)
    return found


def _edited(posts: Iterator[Block]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in (row for block in posts if isinstance(block.rows, list) for row in block.rows):
        match = _VERSIONS.search(row) if isinstance(row, str) else None
        ids = _ID.findall(match[1]) if match else []
        for each in ids[:-1]:
            found[each] = max(ids, found.get(each, []), key=len)
    return found


def _with(row: Row | str | Bad, known: Known) -> Row | str | Bad:
    """A row with what is known of it. Lines are parsed only where a note or a later version may concern them."""
    if not isinstance(row, str):
        return row
    if '"tweet"' not in row[:200]:
        return row
    added: dict[str, Any] = {} if known.account is None else {"account": known.account}
    concerned = known.versions and not known.versions.keys().isdisjoint(_ID.findall(row))
    if concerned or (known.notes and ("…" in row or "\\u2026" in row)):
        tweet = at(parsed(row), "tweet")
        name = words(at(tweet, "id_str")) or words(at(tweet, "id")) or ""
        if name in known.versions:
            added["versions"] = known.versions[name]
        if (note := _note(tweet, name, known.notes)) is not None:
            added["note"] = note
    if not added or row.lstrip("{ \r\n\t").startswith("}"):
        return row
    return f"{json.dumps(added)[:-1]}, {row.lstrip()[1:]}"


def _note(tweet: Any, name: str, notes: dict[str, list[Row]]) -> Row | None:
    """The long form of a cut post: it begins as the post does; of several the one whose id is nearest."""
    text = at(tweet, "full_text")
    if not isinstance(text, str) or "…" not in text:
        return None
    start = _plain(text[: text.rindex("…")])
    fitting = [one for one in notes.get(start[:_KEY], []) if _plain(one["text"]).startswith(start)]
    if len(start) < _LEAST:
        fitting = [one for one in fitting if one["id"] == name]
    return min(fitting, key=lambda one: _apart(one["id"], name), default=None)


def _plain(text: str) -> str:
    return " ".join(_LINKS.sub(" ", _MENTIONS.sub("", html.unescape(text))).split())


def _apart(one: str | None, other: str) -> int:
    """How far two ids are from each other; far, where one is none."""
    if one is None or not (one.isascii() and one.isdigit() and other.isascii() and other.isdigit()):
        return 10**30
    return abs(int(one[:30]) - int(other[:30]))
