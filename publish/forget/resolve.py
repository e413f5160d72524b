"""Requests -> the register that everything is then searched with: ids and texts of the rows, before they are erased.

Tables are looked at for the rows that are asked for, for what these rows' ids name elsewhere, and for words that stay
in rows of others: those tell nobody from another and are not looked for. Documents are looked at for what was derived
of them (rewrites, suggestions).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep.register import Register, accounts_of, keyed, keyed_run, keyed_text
from data_prep.sources.table import identifier
from publish.audit import decode, files, plain
from publish.audit.lineage import Lineage
from publish.audit.pieces import Undecodable
from publish.audit.sought import Sought, Sources
from publish.forget.requests import Requests
from publish.forget.theirs import Mine, ask, is_long, own_alone

_DERIVED = frozenset(("draft", "rewrite", "base_rewrite", "text", "worse", "better"))


@dataclass(frozen=True, slots=True)
class Resolved:
    """What requests come to.

    Fields:
        register: all that is looked for.
        unknown: requests that name nothing here: how many.
        posts: rows of posts that are asked for, a post once.
    """

    register: Register
    unknown: int
    posts: int


def resolve(requests: Requests, there: Lineage, key: bytes) -> Resolved:
    """The register of these requests.

    Args:
        requests: who and what.
        there: the runs.
        key: of the hashes.
    """
    asked = requests.register(key, there.everywhere)
    tables = list(_tables(there))
    mine = Mine()
    for _ in ("by accounts and ids that are named", "by ids of the rows that were found"):
        sought = Sought(asked, key, there.everywhere)
        for path, sources in tables:
            ask(path, sources, sought, mine)
        asked |= Register(rows=frozenset(keyed(key, "row", *one) for one in mine.rows))
    runs, whole = own_alone(mine, tables, Sought(asked, key, there.everywhere))
    found = asked | _of_texts(whole, key) | Register(texts=frozenset(keyed_run(key, one) for one in runs))
    derived = [one for one in _derived(there, Sought(found, key, there.everywhere)) if is_long(one)]
    return Resolved(found | _of_texts(derived, key), _unknown(requests, mine.met, there, key), len(mine.posts))


def _unknown(requests: Requests, met: set[str], there: Lineage, key: bytes) -> int:
    spelt = [accounts_of(name, key) for name in requests.authors]
    spelt += [[name, *(identifier(source, name) for source in there.everywhere)] for name in requests.posts]
    return sum(met.isdisjoint(one) for one in spelt)


def _tables(there: Lineage) -> Iterator[tuple[Path, Sources]]:
    for path in files(there.root):
        if decode.kind_of(path) == "parquet":
            yield path, there.sources_of(path)


def _derived(there: Lineage, sought: Sought) -> set[str]:
    """Texts beside one that is looked for, in an answer, an example or a row of a file without a schema of ours."""
    found: set[str] = set()
    for path in files(there.root):
        kind = decode.kind_of(path)
        if kind not in ("json", "lines") or path.name in ("run.json", "tokenizer.json"):
            continue
        try:
            text = plain.text_of(path)
            value = plain.parsed(text) if kind == "json" else [plain.line_value(one) for one in text.split("\n")]
        except Undecodable:
            continue
        for one in _items(value):
            said = list(plain.leaves(one, None))
            if any(sought.flags(name, [text], there.sources_of(path))[0] for name, text in said):
                found |= {text for name, text in said if name in _DERIVED and text is not None}
    return found


def _items(value: Any) -> Iterator[Any]:
    """The outermost elements of lists in a document; the document itself where it is one answer."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        if isinstance(value.get("draft"), dict | str) and "suggestions" in value:
            yield value
            return
        for inner in value.values():
            if isinstance(inner, list | dict):
                yield from _items(inner)


def _of_texts(texts: Iterable[str], key: bytes) -> Register:
    """Whole texts; and their SHA-256, whole or its beginning, by which trackers and sidecars name posts."""
    found, digests = set[str](), set[str]()
    for one in texts:
        if (hashed := keyed_text(key, one)) is not None:
            found.add(hashed)
            digest = hashlib.sha256(one.encode("utf-8", "surrogatepass")).hexdigest()
            digests |= {keyed(key, "post", digest), keyed(key, "post", digest[:16])}
    return Register(posts=frozenset(digests), texts=frozenset(found))
