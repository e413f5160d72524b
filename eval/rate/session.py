"""What one rater sees and says: pairs without names, answers to them, and which is next."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from eval.rate.answers import Answer, Choice, Ratings, Side, now
from eval.rate.items import Item, rewrite_first
from virality.page import visible


@dataclass(frozen=True, slots=True)
class View:
    """What the page is told of a pair; nothing in it depends on which text is the rewrite but their order.

    Fields:
        item: its number, from 1.
        of: how many there are.
        first: text.
        second: text.
        choice: what was answered, or None.
        same: what was answered to 'do both say the same?', or None.
        answered: how many pairs are.
        following: number of the next pair that is not answered; None where there is none behind this one.
        open: number of the first pair that is not answered; None where all are.
    """

    item: int
    of: int
    first: str
    second: str
    choice: str | None
    same: bool | None
    answered: int
    following: int | None
    open: int | None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


class Session:
    """The items of one rater in their order. Safe to be asked by several threads."""

    def __init__(self, rater: str, items: Sequence[Item], ratings: Ratings) -> None:
        self._rater = rater
        self._items = items
        self._ratings = ratings
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def answered(self) -> int:
        """How many pairs are."""
        return sum(self._is_answered(item) for item in self._items)

    def start(self) -> int:
        """Number of the first pair that is not answered; 1 where all are."""
        return self._open(1) or 1

    def view(self, number: int) -> View:
        """Pair `number`, 1 to len(self). Raises IndexError beyond."""
        item = self._item(number)
        said = self._ratings.answers.get(item.example_id)
        texts = [visible(item.draft), visible(item.rewrite)]
        if rewrite_first(self._rater, item.example_id):
            texts.reverse()
        return View(
            item=number,
            of=len(self._items),
            first=texts[0],
            second=texts[1],
            choice=None if said is None else said.choice,
            same=None if said is None else said.same,
            answered=self.answered,
            following=self._open(number + 1),
            open=self._open(1),
        )

    def answer(self, number: int, choice: Choice | None, same: bool | None) -> View:
        """Keep an answer. Returns the pair as it is then.

        Raises:
            IndexError: there is no such pair.
            OSError: the answer is not on the disk.
        """
        item = self._item(number)
        first: Side = "rewrite" if rewrite_first(self._rater, item.example_id) else "draft"
        given = Answer(example_id=item.example_id, shown_first=first, choice=choice, same=same, at=now())
        with self._lock:
            self._ratings.add(given)
        return self.view(number)

    def close(self) -> None:
        """Wait for an answer that is being written, and end."""
        with self._lock:
            self._ratings.close()

    def _item(self, number: int) -> Item:
        if not 1 <= number <= len(self._items):
            raise IndexError(f"there is no pair {number} of {len(self._items)}")
        return self._items[number - 1]

    def _is_answered(self, item: Item) -> bool:
        said = self._ratings.answers.get(item.example_id)
        return said is not None and said.choice is not None

    def _open(self, start: int) -> int | None:
        numbers = range(start, len(self._items) + 1)
        return next((number for number in numbers if not self._is_answered(self._items[number - 1])), None)
