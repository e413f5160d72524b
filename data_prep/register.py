"""The register of who asked to be forgotten: keyed hashes in the person's config folder, read by every `prepare`.

No name, id or text stands in it. An account is what `privacy.hash_author` makes of it; ids and texts are hashed under
the same key. Who has the file and not the key learns how many there are.

Of a text every run of eight words (as `virality.gates.corpus` counts them) and the whole are kept, if three words or
more. So a text is known again inside a longer one only by eight words in their order; shorter texts, and texts of
three words, only where they stand alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from data_prep import privacy
from data_prep.privacy import plain_name
from data_prep.records import Post, post_schema
from data_prep.sources.cells import identifier
from virality import tables
from virality.atomic import ENDING, sync
from virality.errors import ViralityError
from virality.text.normalise import fold

FILE = "forgotten.json"
_HASH = re.compile(r"[0-9a-f]{16}")
LEAST_WORDS = 3
"""Shorter texts tell nobody from another and are found by their ids alone."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Register:
    """Who and what must not be used, as 16 hex digits each.

    Fields:
        accounts: as `author_id` has them.
        posts: ids as they were named in a request, in whatever corpus.
        rows: a corpus's name and an id of it: posts and pairs that were erased.
        texts: runs of words and whole texts.
    """

    accounts: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    texts: frozenset[str] = field(default=frozenset(), repr=False)

    def __bool__(self) -> bool:
        """Whether anybody asked."""
        return bool(self.accounts or self.posts or self.rows)

    def __or__(self, other: Register) -> Register:
        """Both."""
        return Register(
            self.accounts | other.accounts, self.posts | other.posts, self.rows | other.rows, self.texts | other.texts
        )

    def without_texts(self) -> Register:
        """What `prepare` needs of it."""
        return Register(self.accounts, self.posts, self.rows)

    def names(self, post: Post, accounts: Iterable[str], key: bytes) -> bool:
        """Whether a row as it was read is in it, by an account or by its id as the file or as a corpus has it."""
        if any(name and privacy.hash_author(name, key) in self.accounts for name in accounts):
            return True
        return self.holds(post.post_id, post.source, key)

    def holds(self, name: str, source: str, key: bytes) -> bool:
        """Whether an id of a corpus is in it, as the file, a prepared run or a mixture has it."""
        plain = name.removeprefix(f"{source}:")
        return any(
            keyed(key, "post", one) in self.posts or keyed(key, "row", source, one) in self.rows
            for one in {name, plain, identifier(source, name), identifier(source, plain)}
        )

    @property
    def digest(self) -> str:
        """SHA-256 of what decides which rows are taken."""
        listed = [sorted(self.accounts), sorted(self.posts), sorted(self.rows)]
        return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def keyed(key: bytes, kind: str, *parts: str) -> str:
    """16 hex digits of a BLAKE2b under the key; `kind` keeps apart what is hashed."""
    said = "\x1f".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, key=key, digest_size=8).hexdigest()


def keyed_run(key: bytes, number: int) -> str:
    """The same of a run of words, by the number that `virality.gates.corpus.Corpus` gives it."""
    return hashlib.blake2b(number.to_bytes(8, "little"), key=key, digest_size=8, person=b"run").hexdigest()


def keyed_text(key: bytes, text: str) -> str | None:
    """The same of a whole text as `fold` spells it; None where it is too short."""
    folded = fold(text)
    return keyed(key, "text", folded) if folded.count(" ") >= LEAST_WORDS - 1 else None


def asked_for(authors: Iterable[str], posts: Iterable[str], key: bytes, sources: Iterable[str]) -> Register:
    """Accounts and ids of posts as keyed hashes; ids also as prepared runs of these corpora have them.

    Args:
        authors: accounts as the raw data call them, or as `author_id` has them.
        posts: ids as the raw data or a run has them.
        key: of this machine.
        sources: names of corpora.
    """
    ids = list(posts)
    accounts = {one for name in authors for one in accounts_of(name, key)}
    hidden = {keyed(key, "row", source, identifier(source, one)) for source in sources for one in ids}
    return Register(frozenset(accounts), frozenset(keyed(key, "post", one) for one in ids), frozenset(hidden))


def accounts_of(name: str, key: bytes) -> list[str]:
    """What `author_id` may hold of a name: files write accounts with and without an `@`; a hash stands for itself."""
    bare = plain_name(name)
    spelt = [privacy.hash_as_written(one, key) for one in dict.fromkeys((bare, name.strip(), f"@{bare}"))]
    return [*dict.fromkeys(spelt), *([bare] if _HASH.fullmatch(bare) else [])]


def path() -> Path:
    """Where it lies."""
    return privacy.config_folder() / FILE


def read(key: bytes) -> Register:
    """The register of this person on this machine; an empty one where nobody asked yet.

    Raises:
        ViralityError: it cannot be read, is damaged, or was written with another key: nothing may be prepared then.
    """
    place = path()
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        found = Register(*(frozenset(map(str, document[name])) for name in ("accounts", "posts", "rows", "texts")))
    except FileNotFoundError:
        return Register()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ViralityError(
            f"{place}: the register of who asked to be forgotten cannot be read ({error}); restore it from a backup"
        ) from error
    if document.get("key") != privacy.hash_author("", key):
        raise ViralityError(
            f"{place}: was written under another key than {privacy.config_folder() / 'author.key'}; restore that key"
        )
    return found


def refuse_held(folder: Path) -> None:
    """Refuse a prepared set that was made before somebody in it asked to be forgotten, or elsewhere.

    Raises:
        ViralityError: its posts hold a row of the register.
    """
    key = privacy.author_key()
    if not (asked := read(key)):
        return
    rows = tables.read_table(folder / "posts.parquet", post_schema()).select(["post_id", "source", "author_id"])
    held = sum(one["author_id"] in asked.accounts or asked.holds(one["post_id"], one["source"], key)
               for one in rows.to_pylist())  # fmt: skip
    if held:
        raise ViralityError(f"{folder}: holds {held:,} posts of people who asked to be forgotten since it was made; "
                            "prepare it again with --fresh, or repeat their request with virality forget")  # fmt: skip


def write(found: Register, key: bytes) -> None:
    """Keep it, mode 0600, whole or not at all."""
    place = path()
    document = {
        "format": _FORMAT,
        "key": privacy.hash_author("", key),
        **{name: sorted(getattr(found, name)) for name in ("accounts", "posts", "rows", "texts")},
    }
    aside = place.with_name(f"{place.name}{ENDING}")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=0)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, place)
    sync(place.parent)
