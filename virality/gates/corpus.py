"""Which runs of words stand in a corpus: an index of hashes, small enough to lie beside a trained model.

A run of `RUN` words (of `fold`: case, punctuation, links and diacritics do not matter) is 8 bytes; the words themselves
are not kept. Written as a .npy file without pickles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from virality.errors import ViralityError
from virality.text.normalise import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes: TypeAlias = NDArray[np.uint64]

RUN = 8
"""Words of a run: fewer are everybody's."""
FILE = "corpus.npy"
"""What the index is called beside an adapter."""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The runs of words of a corpus.

    Fields:
        hashes: one a distinct run, ascending: (N,) uint64.
    """

    hashes: Hashes

    @staticmethod
    def of(texts: Iterable[str], *before: Corpus) -> Corpus:
        """The runs of these posts and of `before`, a run once."""
        import numpy as np

        parts = [np.empty(0, np.uint64), *(one.hashes for one in before), *(_hashes(_tokens(text)) for text in texts)]
        return Corpus(np.unique(np.concatenate(parts)))

    @staticmethod
    def read(path: Path) -> Corpus:
        """What `write` wrote; the file is mapped, not read whole.

        Raises:
            ViralityError: there is no such file, or it holds something else.
        """
        import numpy as np

        try:
            found = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            why = "no such file" if isinstance(error, FileNotFoundError) else "not readable as .npy"
            raise ViralityError(f"{path}: {why}; train again, or leave the index of the corpus out") from error
        if not isinstance(found, np.ndarray) or found.dtype != np.uint64 or found.ndim != 1:
            raise ViralityError(f"{path}: holds no index of a corpus; train again, or leave it out")
        return Corpus(found)

    @staticmethod
    def beside(run: Path) -> Corpus | None:
        """The index that lies in a run's folder; None where the run made none."""
        return Corpus.read(run / FILE) if (run / FILE).is_file() else None

    def write(self, path: Path) -> None:
        """Keep it as a .npy file."""
        import numpy as np

        with path.open("wb") as file:
            np.save(file, self.hashes, allow_pickle=False)

    @property
    def version(self) -> str:
        """12 hex digits: whether two indexes hold the same runs."""
        return hashlib.sha256(self.hashes.tobytes()).hexdigest()[:12]

    def longest(self, text: str, beside: str) -> list[str]:
        """The longest row of words of `text` whose every run stands in the corpus and none in `beside`.

        As `fold` spells them; empty where there is no such run, so never of less than `RUN` words.
        """
        import numpy as np

        tokens = _tokens(text)
        asked = _hashes(tokens)
        if not len(asked) or not len(self.hashes):
            return []
        at = self.hashes.searchsorted(asked).clip(max=len(self.hashes) - 1)
        copied = (self.hashes[at] == asked) & ~np.isin(asked, _hashes(_tokens(beside)))
        best, words = (0, 0), 0
        for begin, there in enumerate(copied.tolist()):
            words = max(words + 1, RUN) if there else 0
            best = max(best, (words, begin + RUN))
        length, end = best
        return tokens[end - length : end]


def _tokens(text: str) -> list[str]:
    return fold(text).split()


def _hashes(tokens: Sequence[str]) -> Hashes:
    """One hash a run of `RUN` words: their hashes times an odd number for each place, added modulo 2^64.

    In order, (max(0, len(tokens) - RUN + 1),) uint64.
    """
    import numpy as np

    if len(tokens) < RUN:
        return np.empty(0, np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(np.array([_hash(word) for word in tokens], np.uint64), RUN)
    places = np.array([_hash(f"place {at}") | 1 for at in range(RUN)], np.uint64)
    found: Hashes = (runs * places).sum(axis=1, dtype=np.uint64)
    return found


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
