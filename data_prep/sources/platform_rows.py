"""What the platform exports share: values out of rows that may hold anything, and a post or a drop made of them."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from data_prep.records import COUNTS, Dropped, Post
from data_prep.sources import About, Bad, Item, Row
from data_prep.sources.blocking import shown
from data_prep.sources.cells import BadValue, count, identifier, moment
from data_prep.sources.cells import language as cell_language
from virality.text.lang import detect
from virality.text.normalise import normalise
from virality.text.vocabulary import vocabulary

Reader = Callable[[Row, About], Iterator[Item]]

WITHHELD = frozenset(["not_public", "removed"])
"""Reasons under which nothing of what the post said is kept."""

_CODES = vocabulary(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu ckb fil kab szl ast cnr sco jbo tok"
)
_SCHEME = re.compile(r"^https?://(?:www\.)?|^www\.", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.\.\.|…)$")


def at(value: object, *path: str | int) -> Any:
    """What stands at `value[a][b]...`; None where a step is not there or nothing can be there."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: object) -> str | None:
    """A text or a whole number as tidy text; None for nothing and for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 200:
        return str(value)
    return normalise(value) or None if isinstance(value, str) else None


def joined(values: Iterable[object]) -> str | None:
    """The texts among `values`, one a line; None where there is none."""
    return "\n".join(filter(None, map(words, values))) or None


def cells(row: Mapping[str, Any], known: Mapping[str, tuple[str, ...]], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Our fields from a row of a table.

    Args:
        row: column -> cell.
        known: our field -> the names its column has had, the preferred one first; case does not count.
        chosen: our field -> the column the config names, which goes before.
    """
    plain = {_plain(name): value for name, value in row.items() if isinstance(name, str)}
    found: dict[str, Any] = {}
    for field, names in known.items():
        named = (chosen[field],) if field in chosen else names
        found[field] = next((plain[_plain(name)] for name in named if _plain(name) in plain), None)
    return found


def _plain(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def made(about: About, platform: str, found: Mapping[str, Any], reason: str | None = None) -> Post | Dropped:
    """The post that a row holds, or why there is none.

    Args:
        about: what the config says of all rows.
        platform: where `about` names none.
        found: fields of a Post, and `author`, with the values as the file has them.
        reason: why the row is not kept, where the source knows that already. It goes before what is wrong with a value.
    """
    values, wrong = _counted(found)
    values["posted_at"], bad_moment = _moment(found.get("posted_at"), "posted_at")
    values["collected_at"], _ = _moment(found.get("collected_at"), "collected_at")
    raw = found.get("text")
    text = normalise(raw) if isinstance(raw, str) else ""
    bad_text = None if raw is None or isinstance(raw, str) else _bad("text", raw)
    first = next((bad for bad in (bad_text, bad_moment, wrong) if bad is not None), None)
    author = words(found.get("author")) or about.account
    withheld = reason in WITHHELD
    post = Post(
        post_id=words(found.get("post_id")) or identifier(about.source, author, values["posted_at"], text),
        source=about.source,
        platform=about.platform or platform,
        author_id=author,
        text="" if withheld else text,
        alt=None if withheld else words(found.get("alt")),
        lang=None if withheld else language(found.get("lang"), text),
        reply=found["reply"] if isinstance(found.get("reply"), bool) else None,
        community=words(found.get("community")),
        thread=words(found.get("thread")),
        content_key=None if withheld else words(found.get("content_key")),
        media=words(found.get("media")),
        intents=words(found.get("intents")),
        rights=about.rights,
        **values,
    )
    if reason is not None:
        return Dropped(post, reason)
    if first is not None:
        return Dropped(post, first.reason, field=first.field, value=first.value)
    return post if text else Dropped(post, "no_text")


def not_an_object(about: About, platform: str, row: object) -> Dropped:
    """A row that is no object at all: `bad_row`."""
    empty = Post(
        post_id=identifier(about.source, shown(row)), source=about.source, platform=about.platform or platform,
        author_id=about.account, text="", rights=about.rights,
    )  # fmt: skip
    return Dropped(empty, "bad_row", field="row", value=shown(row))


def of_objects(platform: str) -> Callable[[Reader], Reader]:
    """Make `items` of objects give one `bad_row` for a row that is none."""

    def around(read: Reader) -> Reader:
        @functools.wraps(read)
        def items(row: Any, about: About) -> Iterator[Item]:
            return read(row, about) if isinstance(row, dict) else iter([not_an_object(about, platform, row)])

        return items

    return around


def language(code: object, text: str) -> str | None:
    """The platform's code of a language (`en-US` as `en`) where it is a real one, else what the text says."""
    plain = cell_language(code)
    if plain in _CODES:
        return plain
    return detect(text) if text else None


def full_link(seen: str, target: object) -> str:
    """A link as it is written out: the target where the text shows a part of it, else the text (`read more`)."""
    if not isinstance(target, str) or not _SCHEME.match(target):
        return seen
    start = _ENDING.sub("", _SCHEME.sub("", seen.strip()))
    whole = _SCHEME.sub("", target)
    return target if "." in start and whole.casefold().startswith(start.casefold().rstrip("/")) else seen


def _counted(found: Mapping[str, Any]) -> tuple[dict[str, Any], Bad | None]:
    values: dict[str, Any] = {}
    wrong: Bad | None = None
    for name in COUNTS:
        value = found.get(name)
        try:
            values[name] = count(value)
        except BadValue:
            values[name], wrong = None, wrong or _bad(name, value)
    return values, wrong


def _moment(value: object, field: str) -> tuple[dt.datetime | None, Bad | None]:
    try:
        return moment(value), None
    except BadValue:
        return None, _bad(field, value)


def _bad(field: str, value: object) -> Bad:
    return Bad(f"bad_{field}", field, shown(value))
