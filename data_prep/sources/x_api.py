"""Answers of X's API v2: pages (`data`, `includes`, `meta`) as JSON or JSONL, or one post a line."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import About, Bad, Block, Item, Row
from data_prep.sources.archives import Member
from data_prep.sources.files import expand
from data_prep.sources.platform_files import check_rows, first_list, is_zip, rows_of
from data_prep.sources.platform_rows import at, joined, made, not_an_object, objects, of_objects, words
from virality.errors import ViralityError

FIELDS: tuple[str, ...] = ()

_NAMES = re.compile(r'"(\d+(?:_\d+)?)"')
_METRICS = {"likes": "like_count", "replies": "reply_count", "reposts": "retweet_count", "quotes": "quote_count",
            "saves": "bookmark_count", "impressions": "impression_count"}  # fmt: skip


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    check_rows(path, about, FIELDS, blocks, ("data", "id", "meta", "errors"), "an answer of X's API v2")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Pages and posts as they come; the posts of a page that is a whole file each with what `includes` says of them."""
    if is_zip(path) or Member(path).kind != ".json":
        yield from rows_of(path)
        return
    users = {name: one for one in _included(path, "users") if (name := words(one.get("id")))}
    media = {name: one for one in _included(path, "media") if (name := words(one.get("media_key")))}
    for block in first_list(path, ("data",)):
        rows = block.rows if isinstance(block.rows, list) else []
        yield Block(block.file, block.first, [_with(row, users, media) for row in rows])


def _included(path: Path, what: str) -> Iterator[Row]:
    try:
        for block in rows_of(path, items_at=f"includes.{what}"):
            yield from (row for _, row in expand(block) if isinstance(row, dict))
    except ViralityError:  # no such list: nothing was asked for
        return


def _with(row: Row | str | Bad, users: dict[str, Row], media: dict[str, Row]) -> Row | str | Bad:
    if not isinstance(row, str) or not (users or media):
        return row
    named = set(_NAMES.findall(row))
    included = {"users": [users[name] for name in named & users.keys()],
                "media": [media[name] for name in named & media.keys()]}  # fmt: skip
    return f'{{"includes": {json.dumps(included)}, "data": {row}}}'


@of_objects("x")
def items(row: Row, about: About) -> Iterator[Item]:
    """The posts of a page, or one post.

    `impression_count` 0 is 'not counted': X counts views since December 2022 and answers 0 for what is older.
    """
    page = at(row, "data")
    if "data" not in row and "id" not in row and "meta" in row:
        return  # a page without posts
    users = {words(at(one, "id")): one for one in objects(at(row, "includes", "users"))}
    media = {words(at(one, "media_key")): one for one in objects(at(row, "includes", "media"))}
    for tweet in page if isinstance(page, list) else [page if isinstance(page, dict) else row]:
        yield _item(tweet, about, users, media) if isinstance(tweet, dict) else not_an_object(about, "x", tweet)


def _item(tweet: Row, about: About, users: dict[str | None, Row], media: dict[str | None, Row]) -> Item:
    user = users.get(words(tweet.get("author_id")), {})
    shown = [media[key] for one in _keys(tweet) if (key := words(one)) in media]
    links = [*objects(at(tweet, "entities", "urls")), *objects(at(tweet, "note_tweet", "entities", "urls"))]
    counts = {field: at(tweet, "public_metrics", name) for field, name in _METRICS.items()}
    if counts["impressions"] in (0, "0"):
        counts["impressions"] = None
    return made(
        about,
        "x",
        {
            "post_id": tweet.get("id"),
            "author": words(user.get("username")) or tweet.get("author_id"),
            "text": written_out(at(tweet, "note_tweet", "text") or tweet.get("text"), links),
            "lang": tweet.get("lang"),
            "alt": joined(one.get("alt_text") for one in shown),
            "media": at(shown, 0, "type"),
            "posted_at": tweet.get("created_at"),
            "reply": "replied_to" in _kinds(tweet) or words(tweet.get("in_reply_to_user_id")) is not None,
            "thread": tweet.get("conversation_id"),
            "content_key": first_link(links),
            "followers": at(user, "public_metrics", "followers_count"),
            "clicks": at(tweet, "non_public_metrics", "url_link_clicks"),
            **counts,
        },
        _reason(tweet),
    )


def _reason(tweet: Row) -> str | None:
    text = tweet.get("text")
    if "retweeted" in _kinds(tweet) or (isinstance(text, str) and text.startswith("RT @")):
        return "repost"
    versions = at(tweet, "edit_history_tweet_ids")
    return "superseded" if superseded(tweet.get("id"), versions) else None


def _kinds(tweet: Row) -> list[Any]:
    return [one.get("type") for one in objects(tweet.get("referenced_tweets"))]


def _keys(tweet: Row) -> list[Any]:
    keys = at(tweet, "attachments", "media_keys")
    return keys if isinstance(keys, list) else []


def superseded(post_id: object, versions: object) -> bool:
    """Whether a later version of a post is named in its history of edits."""
    names = [name for one in versions if (name := words(one))] if isinstance(versions, list) else []
    return len(names) > 1 and words(post_id) in names[:-1]


def written_out(text: Any, links: list[Row]) -> Any:
    """A post's text with each t.co link as what it stands for; a link to the post's own media goes."""
    if not isinstance(text, str):
        return text
    for one in links:
        short, whole = one.get("url"), one.get("expanded_url")
        if not isinstance(short, str) or not short:
            continue
        if is_media(one):
            text = text.replace(short, "")
        elif isinstance(whole, str) and whole:
            # the text is unescaped later, and `&copy=1` in a link is no sign
            text = text.replace(short, html.escape(whole, quote=False))
    return text.rstrip()


def first_link(links: list[Row]) -> str | None:
    """Where the first link of a post leads; its own media do not count."""
    return next((whole for one in links if not is_media(one) and (whole := words(one.get("expanded_url")))), None)


def is_media(link: Row) -> bool:
    """Whether a link entity stands for a picture or video of the post itself."""
    return any(words(link.get(key)) for key in ("media_key", "media_url_https", "media_url"))
