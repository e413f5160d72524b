"""Files -> parts: each file is read once, cleaned in workers, and kept as parquet that later runs find again.

A part is a folder `parts/<key>/` with `posts.parquet`, `dropped.parquet` and `labels.parquet`, made whole or not at
all. The key is the file's content and everything that decides what becomes of it, so a further month is one more part
and the earlier ones are not read again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Any

from data_prep import filters, privacy, rights
from data_prep.records import Dropped, Post, dropped_schema, post_schema
from data_prep.register import Register, keyed
from data_prep.sources import About, Bad, Block, Item, Label
from data_prep.sources.files import expand
from data_prep.sources.table import identifier
from data_prep.traits import traits
from data_prep.workers import in_order, pool_of
from virality.atomic import aside
from virality.errors import ViralityError
from virality.progress import bar, step

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 3
"""Raised by hand when a row is read or cleaned differently: parts of an older version are not used."""

KINDS = {
    "table": "table", "labelled_pairs": "labelled_pairs", "upworthy": "upworthy", "x_archive": "x_archive",
    "x_api": "x_api", "mastodon": "mastodon", "bluesky": "bluesky", "reddit": "reddit", "hackernews": "hackernews",
    "facebook": "facebook", "instagram": "instagram", "threads": "threads", "linkedin": "linkedin",
    "youtube": "youtube", "simulated": "table", "lines": "lines",
}  # fmt: skip
"""`source.kind` -> module in data_prep.sources."""

_ADDRESS = re.compile(r"https?://|at://|did:|urn:")
_SMALL = 4_000_000
"""Bytes of input that one process reads sooner than several."""
_ENOUGH_ROWS = 20
"""Rows that must have been read before a share of bad ones says anything."""
_MANY_BAD = 1000
"""Bad rows at which a large file is not read to its end before its share of them is looked at."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides which rows are kept.

    Fields:
        min_words, max_characters, replies, reposts: see `filters.drop_reason`.
        opted_out: accounts, handles and post ids, as `rights.opt_out` reads them.
        max_bad: share of rows that may be unreadable before the run stops.
        forgotten: the register of who asked to be forgotten.
    """

    min_words: int
    max_characters: int
    replies: bool
    reposts: bool
    opted_out: frozenset[str] = frozenset()
    max_bad: float = 0.05
    forgotten: Register = field(default_factory=Register)


def source(kind: str) -> ModuleType:
    """The module that reads files of a kind."""
    return importlib.import_module(f"data_prep.sources.{KINDS[kind]}")


def ingest(
    kind: str, files: list[tuple[Path, str]], about: About, rules: Rules, folder: Path, *, workers: int
) -> list[Path]:
    """The parts of `files`, those that are there already and new ones.

    Args:
        kind: key of `KINDS`.
        files: each with the SHA-256 of its content.
        about: what the config says of all rows.
        rules: what is kept.
        folder: where parts are kept.
        workers: processes; small inputs are read in this one.

    Raises:
        ViralityError: a file is not what the config says, or too many of its rows cannot be read.
    """
    reader = source(kind)
    for path, _ in files:
        reader.check(path, about)
    key = privacy.author_key()
    parts = [folder / _part_key(kind, path, digest, about, rules, key) for path, digest in files]
    missing = [(path, part) for (path, _), part in zip(files, parts, strict=True) if not part.is_dir()]
    if not missing:
        return parts
    with step(f"reading {_listed([path for path, _ in missing])}"):
        _read_missing(reader, missing, _Work(kind, about, rules, key), workers)
    return parts


def _listed(files: list[Path]) -> str:
    shown = ", ".join(path.name for path in files[:4])
    return shown if len(files) <= 4 else f"{shown} and {len(files) - 4} more"


def _read_missing(reader: ModuleType, missing: list[tuple[Path, Path]], work: _Work, workers: int) -> None:
    size = sum(path.stat().st_size for path, _ in missing if path.is_file())
    pool = pool_of(workers) if workers > 1 and size > _SMALL else None
    try:
        for path, part in missing:
            _read_file(reader, path, part, work, pool, workers)
    except BrokenProcessPool as error:
        raise ViralityError(
            f"{path}: a worker was killed while it read this file, most likely for memory; use machine.workers=1"
        ) from error
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Work:
    kind: str
    about: About
    rules: Rules
    key: bytes


@dataclass(frozen=True, slots=True)
class _Understood:
    """Arrow IPC of posts with their traits, of drops and of labels; and how many rows could not be read."""

    posts: bytes
    dropped: bytes
    labels: list[Label]
    rows: int
    bad: list[str]


def _read_file(
    reader: ModuleType, path: Path, part: Path, work: _Work, pool: ProcessPoolExecutor | None, workers: int
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    labels: list[Label] = []
    rows, bad = 0, list[str]()
    blocks = bar(reader.blocks(path, work.about), path.name, unit="blocks")
    with aside(part) as temporary:
        temporary.mkdir()
        with (
            pq.ParquetWriter(temporary / "posts.parquet", part_schema(), compression="zstd") as posts,
            pq.ParquetWriter(temporary / "dropped.parquet", plain(dropped_schema()), compression="zstd") as dropped,
        ):
            for found in _in_order(work, blocks, pool, 2 * workers):
                _append(posts, found.posts)
                _append(dropped, found.dropped)
                labels += found.labels
                rows += found.rows
                bad += found.bad
                _check_share(path, rows, bad, work.rules.max_bad)
        columns = {name: [getattr(one, name) for one in labels] for name in ("worse_id", "better_id", "file")}
        pq.write_table(pa.table(columns, schema=label_schema()), temporary / "labels.parquet")
        _check_share(path, rows, bad, work.rules.max_bad, ended=True)


def _append(writer: Any, ipc: bytes) -> None:
    import pyarrow as pa

    for batch in pa.ipc.open_stream(ipc):
        writer.write_batch(batch)


def _in_order(
    work: _Work, blocks: Iterable[Block], pool: ProcessPoolExecutor | None, ahead: int
) -> Iterator[_Understood]:
    """Each block understood, in the order of the file; at most `ahead` blocks are under way."""
    if pool is None:
        return (_understand(work, block) for block in blocks)
    return in_order(pool, partial(_understand, work), blocks, ahead)


def _check_share(path: Path, rows: int, bad: list[str], most: float, *, ended: bool = False) -> None:
    """Stop where more rows are unreadable than `most` allows, told early in a large file and at the end of any."""
    enough = rows >= _ENOUGH_ROWS and (ended or len(bad) > _MANY_BAD)
    if (enough and len(bad) > most * rows) or (ended and rows and len(bad) == rows):
        raise ViralityError(
            f"{path}: {len(bad):,} of {rows:,} rows cannot be read ({len(bad) / rows:.1%}, more than source.max_bad = "
            f"{most:.1%}); the first: {bad[0]}"
        )


def _understand(work: _Work, block: Block) -> _Understood:
    items: Callable[[Any, About], Iterable[Item]] = source(work.kind).items
    file = PurePath(block.file).name if work.kind == "simulated" else block.file  # it lies in the run's own folder
    posts: list[Post] = []
    places: list[int] = []
    dropped: list[Dropped] = []
    labels: list[Label] = []
    bad: list[str] = []
    rows = 0
    for number, row in expand(block):
        found = [_unread(row, work.about, file, number)] if isinstance(row, Bad) else items(row, work.about)
        for item in found:
            if isinstance(item, Label):
                worse, better = (_without_name(name, work.about.source) for name in (item.worse_id, item.better_id))
                labels.append(Label(worse or "", better or "", _stem(block.file)))
                continue
            rows += 1
            kept = _judged(item, work)
            if isinstance(kept, Post):
                posts.append(kept)
                places.append(number)
            else:
                drop = dataclasses.replace(kept, file=file, row=number)
                dropped.append(drop)
                if drop.reason.startswith("bad_") or drop.reason == "too_big":
                    bad.append(_told(number, drop) if len(bad) < 3 else "")
    return _Understood(_post_ipc(posts, file, places, work), _dropped_ipc(dropped), labels, rows, bad)


def _told(number: int, drop: Dropped) -> str:
    what = f"{drop.field or 'row'} = {drop.value!r}" if drop.value else drop.field or "row"
    return f"row {number}: {drop.reason}: {what}"


def _judged(item: Post | Dropped, work: _Work) -> Post | Dropped:
    """A row as it is kept, or why it is not: opted-out rows leave before anything else is computed of them."""
    post = item.post if isinstance(item, Dropped) else item
    name = post.author_id or work.about.account
    if reason := rights.objection(post, name, work.rules.opted_out, work.rules.forgotten, work.key):
        return Dropped(_nothing(work.about, keyed(work.key, "dropped", post.post_id)), reason)
    if isinstance(item, Dropped):
        if item.reason == "repost":  # somebody else's words
            return dataclasses.replace(item, post=_nothing(work.about, post.post_id))
        if item.reason == "declaration":  # an account's own record
            return dataclasses.replace(item, post=_nothing(work.about, post.post_id), value=None)
        return dataclasses.replace(item, post=_hidden(post, work), value=_told_value(item))
    rules = work.rules
    reason = filters.drop_reason(
        post,
        min_words=rules.min_words,
        max_characters=rules.max_characters,
        replies=rules.replies,
        reposts=rules.reposts,
    )
    if reason is None:
        return post
    return Dropped(_nothing(work.about, post.post_id) if reason == "repost" else _hidden(post, work), reason)


def _told_value(drop: Dropped) -> str | None:
    """What is told of a bad value: nothing of a text or of a row that was not understood, for it may be anybody's."""
    if not drop.value:
        return drop.value
    if drop.field in (None, "text", "author", "alt"):
        return f"{len(drop.value)} characters" if len(drop.value) < 200 else "200 characters or more"
    return privacy.mask(drop.value)


def _without_name(value: str | None, source: str) -> str | None:
    """An id that is an address (of Mastodon, Bluesky, LinkedIn) names its account: a hash stands for it."""
    return identifier(source, value) if value is not None and _ADDRESS.match(value) else value


def _hiding(work: _Work) -> dict[str, Callable[[Post], str | None]]:
    """What is kept of the fields that tell of people: hashed accounts, texts without addresses and phone numbers."""

    def account(post: Post) -> str | None:
        name = post.author_id or work.about.account
        return privacy.hash_author(name, work.key) if name is not None else None

    def thread(post: Post) -> str | None:
        forgotten = work.rules.forgotten
        if forgotten and post.thread is not None and forgotten.holds(post.thread, post.source, work.key):
            return None
        return _without_name(post.thread, post.source)

    return {
        "post_id": lambda post: _without_name(post.post_id, post.source),
        "thread": thread,
        "author_id": account,
        "text": lambda post: privacy.mask(post.text),
        "alt": lambda post: privacy.mask(post.alt) if post.alt is not None else None,
    }


def _hidden(post: Post, work: _Work) -> Post:
    changed: dict[str, Any] = {name: hide(post) for name, hide in _hiding(work).items()}
    return dataclasses.replace(post, **changed)


def _nothing(about: About, *identity: object) -> Post:
    return Post(post_id=identifier(about.source, *identity), source=about.source, text="", rights=about.rights)


def _stem(file: str) -> str:
    """'folder/train.json.gz' -> 'train'; of an archive's member its own name."""
    return PurePath(file.rpartition("!")[2]).name.split(".")[0]


def _unread(row: Bad, about: About, file: str, number: int) -> Dropped:
    return Dropped(_nothing(about, file, number), row.reason, field=row.field, value=row.value)


def part_schema() -> pa.Schema:
    """Schema of a part's posts.parquet: a post without dictionaries, where it stood, and its traits."""
    import pyarrow as pa

    fields = [
        pa.field("file", pa.string()), pa.field("row", pa.int64()), pa.field("folded", pa.int64()),
        pa.field("form", pa.int64()), pa.field("words", pa.list_(pa.int64())),
        pa.field("shingles", pa.list_(pa.int64())),
    ]  # fmt: skip
    return pa.schema([*plain(post_schema()), *fields])


def label_schema() -> pa.Schema:
    """Schema of a part's labels.parquet."""
    import pyarrow as pa

    return pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("worse_id", "better_id", "file")])


def plain(schema: pa.Schema) -> pa.Schema:
    """A schema with strings for dictionaries and seconds since 1970 for times: what any engine reads alike."""
    import pyarrow as pa

    def simple(kind: Any) -> Any:
        if pa.types.is_timestamp(kind):
            return pa.int64()
        return kind.value_type if pa.types.is_dictionary(kind) else kind

    return pa.schema([pa.field(one.name, simple(one.type), one.nullable) for one in schema])


def _post_ipc(posts: list[Post], file: str, places: list[int], work: _Work) -> bytes:
    import pyarrow as pa

    schema = part_schema()
    values = {name: [hide(post) for post in posts] for name, hide in _hiding(work).items()}
    found = traits([text or "" for text in values["text"]], [post.lang for post in posts])
    columns = [
        _column(values.get(one.name) or list(map(attrgetter(one.name), posts)), one) for one in plain(post_schema())
    ]
    columns += [pa.array([file] * len(posts), pa.string()), pa.array(places, pa.int64())]
    columns += [pa.array(found.folded), pa.array(found.form), found.words, found.shingles]
    return _ipc(pa.RecordBatch.from_arrays(columns, schema=schema))


def _column(values: list[Any], field: pa.Field) -> pa.Array:
    """Values of a field of a plain schema; times become seconds."""
    import pyarrow as pa

    if field.name in ("posted_at", "collected_at"):
        values = [None if time is None else int(time.timestamp()) for time in values]
    return pa.array(values, type=field.type)


def _dropped_ipc(dropped: list[Dropped]) -> bytes:
    import pyarrow as pa

    schema = plain(dropped_schema())
    own = {field.name for field in dataclasses.fields(Dropped)} - {"post"}
    columns = [
        _column([getattr(one if each.name in own else one.post, each.name) for one in dropped], each) for each in schema
    ]
    return _ipc(pa.RecordBatch.from_arrays(columns, schema=schema))


def _ipc(batch: pa.RecordBatch) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _decisive(rules: Rules) -> dict[str, Any]:
    """Rules as JSON values; where nobody asked to be forgotten nothing is said of it."""
    said = {one.name: getattr(rules, one.name) for one in dataclasses.fields(rules) if one.name != "forgotten"}
    asked = {"forgotten": rules.forgotten.digest} if rules.forgotten else {}
    return said | {"opted_out": sorted(rules.opted_out)} | asked


def _part_key(kind: str, path: Path, digest: str, about: About, rules: Rules, key: bytes) -> str:
    """Everything that decides what a part holds; the author key itself is never written anywhere."""
    decisive = {
        "version": VERSION,
        "kind": kind,
        "file": [path.name, digest],
        "about": dataclasses.asdict(about) | {"columns": dict(about.columns)},
        "rules": _decisive(rules),
        "accounts": privacy.hash_author("", key),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:20]
