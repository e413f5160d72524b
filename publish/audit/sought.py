"""What is looked for in files: keyed hashes of accounts, ids and texts, asked of one value after another.

What this can miss: fewer than eight words in a row out of a post, in another order or respelt; a post of less than
eight words inside a longer text; runs of words that stayed in other people's posts, for these tell nobody from another;
an id of less than twelve characters outside a column that is named after ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from data_prep import privacy
from data_prep.register import Register, keyed, keyed_run, keyed_text
from virality.gates.corpus import Corpus

Sources = frozenset[str]
"""Names of the corpora that the rows of a file come of."""

DERIVED = "forgotten:"
"""Begins what stands in a ledger in the place of an id."""
_ACCOUNTS = frozenset(("author", "account", "handle", "username", "screen_name"))
_ID_NAMES = _ACCOUNTS | {"id", "thread"}
_LONG = re.compile(r"[\w:./@-]{12,}")
_PARTS = 8


class Sought:
    """A register, asked by value. What it was asked is not asked again.

    Args:
        register: keyed hashes.
        key: they were made with.
        everywhere: every corpus there is, for values of which nobody knows whence they are.
    """

    def __init__(self, register: Register, key: bytes, everywhere: Sources = frozenset()) -> None:
        self.register, self.everywhere = register, everywhere
        self._key = key
        self._ids: dict[tuple[str, Sources], bool] = {}
        self._clean: set[int] = set()
        """Of texts that hold nothing."""

    def flags(self, name: str | None, values: Sequence[str | None], sources: Sources) -> list[bool]:
        """Which values of a column, or under a key, name an account, a row or a text that is looked for."""
        if is_id_name(name):
            bare = _plain(name) in _ACCOUNTS
            found = {one: self.is_id(one, sources) or (bare and self.is_account(one))
                     for one in dict.fromkeys(values) if one is not None}  # fmt: skip
        else:
            found = dict.fromkeys(self.texts(one for one in values if one is not None), True)
        return [one is not None and found.get(one, False) for one in values]

    def is_id(self, value: str, sources: Sources) -> bool:
        """Whether a value is an account or an id, alone or as a part of a longer one (`corpus:id`, `id:plain`)."""
        asked = (value, sources)
        if asked not in self._ids:
            self._ids[asked] = value in self.register.accounts or self._is_row(value, sources)
        return self._ids[asked]

    def row(self, value: str, sources: Sources) -> str:
        """The keyed hash that stands in the place of an id: that of the register, where it is there."""
        first, _, rest = value.partition(":")
        named = [(first, rest)] if first in sources and rest else [(one, value) for one in sorted(sources)]
        hashes = [keyed(self._key, "row", *one) for one in named] or [keyed(self._key, "row", value)]
        return next((one for one in hashes if one in self.register.rows), hashes[0])

    def texts(self, values: Iterable[str]) -> list[str]:
        """Those values in which a text, an account's hash or a long id is found, each once."""
        new = [one for one in dict.fromkeys(values) if len(one) > 2 and hash(one) not in self._clean]
        if not new:
            return []
        together = any(self._is_run(number) for number in Corpus.of(new).hashes.tolist())
        found = [one for one in new if (together and self._holds_run(one)) or self._is_text(one) or self._names(one)]
        self._clean.update(set(map(hash, new)) - set(map(hash, found)))
        return found

    def hashes(self, numbers: Sequence[int]) -> list[bool]:
        """Which runs of words of an index (`Corpus.hashes`) are looked for."""
        return [self._is_run(one) for one in numbers]

    def _holds_run(self, text: str) -> bool:
        return any(map(self._is_run, Corpus.of([text]).hashes.tolist()))

    def _is_run(self, number: int) -> bool:
        return keyed_run(self._key, number) in self.register.texts

    def _is_text(self, text: str) -> bool:
        return keyed_text(self._key, text) in self.register.texts

    def _names(self, text: str) -> bool:
        """Whether one of its long words is an account's hash or an id."""
        return any(
            self.is_id(one, self.everywhere)
            for one in _LONG.findall(text)
            if any(character.isdigit() for character in one)
        )

    def is_account(self, name: str) -> bool:
        """Whether it is an account as people call it: files of others do not hide it."""
        return privacy.hash_author(name.strip(), self._key) in self.register.accounts

    def _is_row(self, value: str, sources: Sources) -> bool:
        if value.startswith(DERIVED):
            return False
        parts = value.split(":")[:_PARTS]
        for start in range(len(parts)):
            own = sources & {parts[start - 1]} if start else sources  # `corpus:id` is of that corpus alone
            for end in range(len(parts), start, -1):
                one = ":".join(parts[start:end])
                if one and self._is_known(one, own or sources):
                    return True
        return False

    def _is_known(self, one: str, sources: Sources) -> bool:
        register = self.register
        if keyed(self._key, "post", one) in register.posts:
            return True
        return any(keyed(self._key, "row", source, one) in register.rows for source in sources)


def is_id_name(name: str | None) -> bool:
    """Whether a column or key holds ids or accounts."""
    said = _plain(name)
    return said in _ID_NAMES or said.endswith("_id")


def _plain(name: str | None) -> str:
    """A column's name as ours are spelt: `Tweet ID` -> `tweet_id`."""
    return "" if name is None else name.casefold().replace(" ", "_")
