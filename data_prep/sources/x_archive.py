"""The archive a person downloads from X (`data/tweets.js`, in its zip or alone), and the Community Archive's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.platform_files import check_rows
from data_prep.sources.platform_rows import at, joined, made, objects, of_objects, words
from data_prep.sources.x_api import first_link, superseded, written_out
from data_prep.sources.x_archive_parts import archive_rows, posts_alone

FIELDS: tuple[str, ...] = ()


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("tweet", "id_str", "full_text")
    check_rows(path, about, FIELDS, lambda path, _: posts_alone(path), expected, "an archive of X with tweets.js")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """The archive's posts, each with the account, its long form and later versions where other parts name them."""
    return archive_rows(path)


@of_objects("x")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post. `likes` and `reposts` are all that the archive counts.

    Drops: `repost` (`RT @`), and `superseded` for a version that was edited later.
    """
    found = at(row, "tweet")
    tweet: Row = found if isinstance(found, dict) else row
    links = _links(tweet)
    media = objects(at(tweet, "extended_entities", "media")) or objects(at(tweet, "entities", "media"))
    yield made(
        about,
        "x",
        {
            "post_id": words(tweet.get("id_str")) or tweet.get("id"),
            "author": row.get("account") if tweet is not row else None,
            "text": _text(row, tweet, links),
            "lang": tweet.get("lang"),
            "alt": joined(one.get("ext_alt_text") for one in media),
            "media": at(media, 0, "type"),
            "posted_at": tweet.get("created_at"),
            "reply": any(words(tweet.get(key)) for key in ("in_reply_to_status_id_str", "in_reply_to_user_id_str")),
            "thread": tweet.get("in_reply_to_status_id_str"),
            "content_key": first_link(links),
            "likes": tweet.get("favorite_count"),
            "reposts": tweet.get("retweet_count"),
        },
        _reason(row, tweet),
    )


def _links(tweet: Row) -> list[Row]:
    parts = [at(tweet, "entities", "urls"), at(tweet, "entities", "media"), at(tweet, "extended_entities", "media")]
    return [one for part in parts for one in objects(part)]


def _text(row: Row, tweet: Row, links: list[Row]) -> Any:
    note = at(row, "note", "text")
    if not isinstance(note, str):
        return written_out(tweet["full_text"] if "full_text" in tweet else tweet.get("text"), links)
    of_note = objects(at(row, "note", "urls"))
    own = [{"url": one.get("shortUrl"), "expanded_url": one.get("expandedUrl")} for one in of_note]
    return written_out(note, [*own, *links])


def _reason(row: Row, tweet: Row) -> str | None:
    text = tweet.get("full_text")
    if isinstance(text, str) and text.startswith("RT @"):
        return "repost"
    versions = row.get("versions") or edits(tweet)
    return "superseded" if superseded(words(tweet.get("id_str")) or tweet.get("id"), versions) else None


def edits(tweet: object) -> Any:
    """The ids of all versions of a post, the last one last, where the post knows of any."""
    own = at(tweet, "edit_info", "initial", "editTweetIds")
    return own or at(tweet, "edit_info", "edit", "editControlInitial", "editTweetIds")
