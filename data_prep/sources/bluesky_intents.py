"""What a Bluesky account states about the use of its posts (proposal 0008), in the forms it is written down in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from data_prep.sources import Bad, Block, Row
from data_prep.sources.platform_rows import at, words

_NAMES = {
    "syntheticcontentgeneration": "generative_ai",
    "generativeai": "generative_ai",
    "bulkdataset": "bulk_data",
    "bulkdata": "bulk_data",
    "publicaccessarchive": "archiving",
    "archiving": "archiving",
}
_KEPT = ("generative_ai", "bulk_data", "archiving")
_VALUES = {"true": True, "allow": True, "allowed": True, "false": False, "deny": False, "disallow": False}
_ACCOUNTS = re.compile(r'(did:[a-z0-9]+:[A-Za-z0-9._:%-]+)|"handle"\s*:\s*"([^"]*)"')
_COLLECTIONS = ("user-intents", "preference.ai", "user.intents", "userintents")


def intents_of(*stated: object) -> dict[str, bool | None]:
    """Three answers, `true`, `false` or null for 'says nothing'; empty where nobody was asked.

    Args:
        stated: records or objects such as `{"syntheticContentGeneration": {"allow": false}}`, `{"bulkDataset": true}`;
            names may carry a prefix (`org.user-intents.bulkDataset`). Where two differ, 'no' stands.
    """
    found: dict[str, bool | None] = {}
    for one in filter(lambda one: isinstance(one, dict), stated):
        found = found or dict.fromkeys(_KEPT)
        for name, answer in _answers(one):
            found[name] = answer if found[name] is None else found[name] and answer is not False
    return found


def _answers(stated: Any) -> Iterator[tuple[str, bool | None]]:
    for key, value in stated.items():
        name = _NAMES.get(str(key).rsplit(".", 1)[-1].replace("_", "").casefold())
        if name is not None:
            yield name, _answer(at(value, "allow") if isinstance(value, dict) else value)
        elif key in ("preferences", "intents", "value", "record") and isinstance(value, dict):
            yield from _answers(value)


def _answer(value: object) -> bool | None:
    if isinstance(value, str):
        return _VALUES.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def declared_by(row: Row) -> str | None:
    """The account whose intents a row declares; None where it is a post or says no account."""
    if any(key in row for key in ("post", "text", "likeCount", "feed", "posts")):
        return None
    uri = words(row.get("uri")) or ""
    of_uri, _, path = uri.removeprefix("at://").partition("/")
    ways = (("$type",), ("value", "$type"), ("record", "$type"))
    types = [path.partition("/")[0], *(words(at(row, *way)) or "" for way in ways)]
    named = any(mark in kind for kind in types for mark in _COLLECTIONS)
    if not named and not isinstance(row.get("intents"), dict):
        return None
    if not named and isinstance(row.get("record"), dict):
        return None
    return words(row.get("did")) or words(row.get("repo")) or words(at(row, "author", "did")) or of_uri or None


def with_declarations(read: Callable[[], Iterator[Block]]) -> Iterator[Block]:
    """The blocks of a file, read twice: for declarations first, then each post gets its account's as `intents`."""
    declared: dict[str, dict[str, bool | None]] = {}
    for block in read():
        for row in block.rows if isinstance(block.rows, list) else []:
            told = _object(row)
            if told is not None and (account := declared_by(told)) is not None:
                declared[account] = intents_of(declared.get(account), told)
    for block in read():
        if declared and isinstance(block.rows, list):
            yield Block(block.file, block.first, [_told(row, declared) for row in block.rows])
        else:
            yield block


def _object(row: Row | str | Bad) -> Row | None:
    """A row that may be a declaration; lines of JSON that cannot be one are not parsed."""
    if isinstance(row, str):
        if "ntents" not in row and "preference.ai" not in row:
            return None
        try:
            value = json.loads(row)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None
    return row if isinstance(row, dict) else None


def _told(row: Row | str | Bad, declared: dict[str, dict[str, bool | None]]) -> Row | str | Bad:
    if isinstance(row, Bad):
        return row
    if isinstance(row, str):
        if declared.keys().isdisjoint(one[0] or one[1] for one in _ACCOUNTS.findall(row)):
            return row
        try:
            value = json.loads(row)
        except (ValueError, RecursionError):
            return row
        if not isinstance(value, dict):
            return row
        row = value
    if declared_by(row) is not None:
        return row
    post = row["post"] if isinstance(row.get("post"), dict) else row
    uri = words(post.get("uri")) or ""
    names = (at(post, "author", "did"), at(post, "author", "handle"), uri.removeprefix("at://").partition("/")[0])
    found = [declared[name] for name in names if isinstance(name, str) and name in declared]
    return {**row, "intents": intents_of(row.get("intents"), *found)} if found else row
