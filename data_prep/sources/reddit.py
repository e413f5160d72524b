"""Submissions of Reddit, one object a line: dumps of Pushshift and its followers (`RS_2023-01.zst`), or API answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.cells import truth
from data_prep.sources.platform_files import check_rows, rows_or_lines
from data_prep.sources.platform_rows import at, made, objects, of_objects, words

FIELDS: tuple[str, ...] = ()

_GONE = frozenset(["[removed]", "[deleted]", "[deleted by user]", "[ removed by reddit ]", "[removed by reddit]"])


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    check_rows(path, about, FIELDS, blocks, ("title", "selftext", "body", "data"), "submissions of Reddit")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Lines of JSON as they come; a dump has no other ending than `.zst`."""
    return rows_or_lines(path)


@of_objects("reddit")
def items(row: Row, about: About) -> Iterator[Item]:
    """One submission (also as `{kind: t3, data: ...}`), or those of a listing. The text is the title, then the body.

    `likes` is the score, ups less downs, null where it is hidden or below zero. Drops: `comment`, `removed` (nothing of
    the text is kept), `pinned` (the place did it, not the wording) and `over_18`.
    """
    inner = row.get("data")
    if isinstance(inner, dict) and "title" not in row:
        if isinstance(inner.get("children"), list):
            for one in objects(inner["children"]):
                yield from items(one, about)
            return
        row = inner
    title, body = words(row.get("title")), words(row.get("selftext"))
    crossed = at(row, "crosspost_parent_list", 0)
    own = row.get("title") if title is None else f"{title}\n\n{body}" if body and crossed is None else title
    yield made(
        about,
        "reddit",
        {
            "post_id": words(row.get("name")) or _named(row.get("id")),
            "author": None if (author := words(row.get("author"))) in _GONE else author,
            "community": row.get("subreddit"),
            "text": own,
            "posted_at": row.get("created_utc"),
            "collected_at": row.get("retrieved_utc") or row.get("retrieved_on"),
            "content_key": _link(row, crossed),
            "likes": _score(row),
            "replies": row.get("num_comments"),
            "media": row.get("post_hint"),
            "reply": False,
        },
        _reason(row),
    )


def _named(value: object) -> str | None:
    name = words(value)
    return name if name is None or name.startswith("t3_") else f"t3_{name}"


def _link(row: Row, crossed: object) -> str | None:
    if crossed is not None or row.get("crosspost_parent"):
        return words(at(crossed, "url")) or words(row.get("crosspost_parent"))
    return None if truth(row.get("is_self")) else words(row.get("url"))


def _score(row: Row) -> object:
    if truth(row.get("hide_score")) or truth(row.get("score_hidden")):
        return None
    score = row.get("score") if row.get("score") is not None else row.get("ups")
    return None if (written := words(score)) and written.startswith("-") else score


def _reason(row: Row) -> str | None:
    if row.get("title") is None and "body" in row:
        return "comment"
    gone = [one for key in ("title", "selftext") if (one := words(row.get(key))) and one.casefold() in _GONE]
    if gone or words(row.get("removed_by_category")):
        return "removed"
    if truth(row.get("stickied")):
        return "pinned"
    return "over_18" if truth(row.get("over_18")) else None
