"""Posts of Bluesky's API (postView, feedViewPost) as JSON or JSONL, with what accounts state about their use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.archives import Member
from data_prep.sources.bluesky_intents import declared_by, intents_of, with_declarations
from data_prep.sources.platform_files import check_rows, first_list, rows_of
from data_prep.sources.platform_rows import at, full_link, joined, made, objects, of_objects, words

FIELDS: tuple[str, ...] = ()

_COUNTS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount", "quotes": "quoteCount",
           "saves": "bookmarkCount"}  # fmt: skip


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("uri", "post", "record", "feed", "posts", "did", "value", "$type")
    check_rows(path, about, FIELDS, lambda path, _: _rows(path), expected, "posts of Bluesky's API")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Posts as they come, each with what its account declares anywhere in the file."""
    return with_declarations(lambda: _rows(path))


def _rows(path: Path) -> Iterator[Block]:
    return first_list(path, ("feed", "posts")) if Member(path).kind == ".json" else rows_of(path)


@of_objects("bluesky")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post, or those of a feed (`feed`, `posts`).

    Drops: `repost`, and `declaration` for an account's record of intents, which is no post.
    """
    listed = [row[key] for key in ("feed", "posts") if isinstance(row.get(key), list)]
    if listed and "uri" not in row:
        for one in (one for part in listed for one in objects(part)):
            yield from items(one, about)
        return
    if (did := declared_by(row)) is not None:
        yield made(about, "bluesky", {"post_id": row.get("uri"), "author": did}, "declaration")
        return
    post = row["post"] if isinstance(row.get("post"), dict) else row
    record = post["record"] if isinstance(post.get("record"), dict) else at(post, "value")
    embed, facets = at(record, "embed"), objects(at(record, "facets"))
    pictures = objects(at(embed, "images")) or objects(at(embed, "media", "images"))
    made_at, seen_at = at(record, "createdAt"), post.get("indexedAt")
    yield made(
        about,
        "bluesky",
        {
            "post_id": post.get("uri"),
            "author": account(post),
            "text": with_links(at(record, "text"), facets),
            "lang": _language(at(record, "langs")),
            "alt": joined([*(one.get("alt") for one in pictures), at(embed, "alt"), at(embed, "media", "alt")]),
            "media": _kind(embed),
            "posted_at": _earlier(made_at, seen_at),
            "reply": isinstance(at(record, "reply"), dict),
            "thread": at(record, "reply", "root", "uri"),
            "content_key": at(embed, "external", "uri") or at(embed, "media", "external", "uri") or _link(facets),
            "followers": at(post, "author", "followersCount"),
            "intents": _intents(row, post),
            **{field: post.get(name) for field, name in _COUNTS.items()},
        },
        "repost" if "Repost" in str(at(row, "reason", "$type")) else None,
    )


def account(post: Row) -> str | None:
    """The handle, or the DID where none is stated or it does not lead back to the account (`handle.invalid`)."""
    handle, did = words(at(post, "author", "handle")), words(at(post, "author", "did"))
    return handle if handle not in (None, "handle.invalid") else did or did_of(post.get("uri"))


def did_of(uri: object) -> str | None:
    """The account in `at://did:plc:abc/app.bsky.feed.post/xyz`."""
    did = uri.removeprefix("at://").partition("/")[0] if isinstance(uri, str) else ""
    return did if did.startswith("did:") else None


def with_links(text: Any, facets: list[Row]) -> Any:
    """The text with each cut link (`example.com/long...`) whole. Facets count bytes of UTF-8; wrong ones do nothing."""
    if not isinstance(text, str):
        return text
    data = text.encode("utf-8", "replace")
    for start, end, target in sorted(_places(facets), reverse=True):
        if 0 <= start < end <= len(data):
            try:
                seen = data[start:end].decode()
            except UnicodeDecodeError:
                continue
            data = data[:start] + full_link(seen, target).encode("utf-8", "replace") + data[end:]
    return data.decode("utf-8", "replace")


def _places(facets: list[Row]) -> Iterator[tuple[int, int, str]]:
    for facet in facets:
        start, end, target = at(facet, "index", "byteStart"), at(facet, "index", "byteEnd"), _target(facet)
        if isinstance(start, int) and isinstance(end, int) and target is not None:
            yield start, end, target


def _target(facet: Row) -> str | None:
    return next((words(one.get("uri")) for one in objects(facet.get("features")) if words(one.get("uri"))), None)


def _link(facets: list[Row]) -> str | None:
    return next(filter(None, map(_target, facets)), None)


def _language(codes: object) -> object:
    """The one language that is stated; several say nothing about which it is."""
    return codes[0] if isinstance(codes, list) and len(codes) == 1 else None


def _kind(embed: object) -> str | None:
    """`images`, `video`, `external`, `record` of `app.bsky.embed.images` and so on."""
    kind = words(at(embed, "$type"))
    return kind.rsplit(".", 1)[-1].partition("#")[0] if kind else None


def _earlier(made_at: object, seen_at: object) -> object:
    """The writer's clock, unless it is ahead of the server's: both in ISO 8601 of UTC, which sorts as it stands."""
    both = isinstance(made_at, str) and isinstance(seen_at, str) and made_at.endswith("Z") and seen_at.endswith("Z")
    return min(str(made_at), str(seen_at)) if both else made_at or seen_at


def _intents(row: Row, post: Row) -> str | None:
    stated = intents_of(row.get("intents"), post.get("intents"), at(post, "author", "intents"))
    labels = objects(at(post, "author", "labels")) + objects(at(post, "labels"))
    if any(one.get("val") == "!no-unauthenticated" and one.get("neg") is not True for one in labels):
        stated["no_unauthenticated"] = True
    return json.dumps(stated, sort_keys=True) if stated else None
