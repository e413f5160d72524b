"""Statuses of Mastodon's API (and of what speaks it: GoToSocial, Pleroma, ...), a list as JSON or one a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.platform_files import check_rows, rows_of
from data_prep.sources.platform_rows import at, full_link, joined, made, objects, of_objects, words

FIELDS: tuple[str, ...] = ()

_PUBLIC = ("public", "unlisted")


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    check_rows(path, about, FIELDS, blocks, ("content", "reblog", "statuses"), "statuses of Mastodon's API")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Statuses as they come."""
    return rows_of(path)


@of_objects("mastodon")
def items(row: Row, about: About) -> Iterator[Item]:
    """One status, or those of a search (`statuses`).

    Drops: `not_public` (private, direct, or a visibility that is not stated as public; nothing of the text is kept)
    and `repost`.
    """
    if "content" not in row and isinstance(row.get("statuses"), list):
        for one in objects(row["statuses"]):
            yield _item(one, about)
    else:
        yield _item(row, about)


def _item(status: Row, about: About) -> Item:
    media = objects(status.get("media_attachments"))
    content, warning = status.get("content"), words(status.get("spoiler_text"))
    text = plain(content) if isinstance(content, str) else content
    return made(
        about,
        "mastodon",
        {
            "post_id": words(status.get("uri")) or status.get("id"),
            "author": _account(status),
            "text": f"{_escaped(warning)}\n\n{text}" if warning and isinstance(text, str) and text else text,
            "lang": status.get("language"),
            "alt": joined(one.get("description") for one in media),
            "media": at(media, 0, "type"),
            "posted_at": status.get("created_at"),
            "reply": words(status.get("in_reply_to_id")) is not None,
            "thread": status.get("in_reply_to_id"),
            "content_key": at(status, "card", "url"),
            "followers": at(status, "account", "followers_count"),
            "likes": status.get("favourites_count"),
            "reposts": status.get("reblogs_count"),
            "replies": status.get("replies_count"),
            "quotes": status.get("quotes_count"),
            "intents": _intents(status),
        },
        _reason(status),
    )


def _reason(status: Row) -> str | None:
    if status.get("visibility") not in _PUBLIC:
        return "not_public"
    return "repost" if status.get("reblog") else None


def _account(status: Row) -> str | None:
    """`name@server`: a local account's `acct` is the bare name, which other servers have too."""
    name = words(at(status, "account", "acct"))
    if name is None or "@" in name:
        return name
    host = _host(at(status, "account", "url")) or _host(status.get("uri"))
    return f"{name}@{host}" if host else name


def _host(address: object) -> str | None:
    try:
        return urlsplit(address).hostname if isinstance(address, str) else None
    except ValueError:
        return None


def _intents(status: Row) -> str | None:
    stated = {key: value for key in ("indexable", "noindex") if isinstance(value := at(status, "account", key), bool)}
    return json.dumps(stated) if stated else None


def plain(content: str) -> str:
    """A status as a person reads it, with links in full; `&` stands as `&amp;`, since `normalise` unescapes once."""
    reader = _Reader()
    try:
        reader.feed(content)
        reader.close()
    except AssertionError:  # html.parser on `<![x`
        return _escaped(re.sub(r"<[^>]*>", " ", content))
    return _escaped("".join(reader.out).strip("\n"))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;")


class _Reader(HTMLParser):
    """Text of a status. Spans `invisible` and `ellipsis` cut a link for the eye; the link's target is whole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._href: str | None = None
        self._seen: list[str] = []
        self._skipped: str | None = None
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        kinds = (named.get("class") or "").split()
        if self._skipped is not None:
            self._depth += tag == self._skipped
        elif "quote-inline" in kinds:  # `RE: link`, for servers that do not show the quoted post
            self._skipped, self._depth = tag, 1
        elif tag == "br":
            self._write("\n")
        elif tag == "a":
            self._close_link()
            own = "mention" in kinds or "hashtag" in kinds
            self._href, self._seen = (None if own else named.get("href")), []
        elif tag in ("p", "blockquote", "pre", "ul", "ol"):
            self._apart("\n\n")
        elif tag == "li":
            self._apart("\n")
            self._write("- ")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped is not None:
            self._depth -= tag == self._skipped
            self._skipped = self._skipped if self._depth else None
        elif tag == "a":
            self._close_link()
        elif tag in ("p", "blockquote", "pre", "ul", "ol"):
            self._apart("\n\n")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def close(self) -> None:
        super().close()
        self._close_link()

    def _write(self, text: str) -> None:
        if self._skipped is None:
            (self.out if self._href is None else self._seen).append(text)

    def _apart(self, gap: str) -> None:
        """Begin anew after `gap`, once: `</p><p>` is one gap."""
        self._close_link()
        if self._skipped is None and self.out:
            end = "".join(self.out[-2:])
            missing = len(gap) - (len(end) - len(end.rstrip("\n")))
            self.out.append("\n" * max(missing, 0))

    def _close_link(self) -> None:
        if self._href is not None:
            href, seen = self._href, "".join(self._seen)
            self._href = None
            self._write(full_link(seen, href))
