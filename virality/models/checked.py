"""Sampling that asks, token by token, whether what is written may go on so; what may not is drawn anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from virality.models.samplers import Sampler

LEAST_LEFT = 0.05
"""Probability of what may come instead of a refused token, at least: what a model hardly means reads like it."""
LEAST_ON = 0.3
"""The same of what may come instead of a refused end."""

May = Callable[[str, str | None], bool]
"""Whether a piece may follow a text, or, with None, whether the text may end."""


class Checked:
    """A sampler that draws anew what a draft's `may` refuses (rejection).

    A row ends where less than `LEAST_LEFT` of the probability is left beside what was refused, or where it was refused
    as often as there are samplers; a refused end stands where less than `LEAST_ON` would go on.

    Args:
        may: of each draft; None: anything goes.
        pieces: text of each place in V; None of those that end a row.
        samples: of each draft.
        again: samplers with other random numbers, one a time that a row is refused.
        sample: draws first.
    """

    def __init__(
        self, may: Sequence[May | None], pieces: Sequence[str | None], samples: int, again: Sequence[Sampler],
        sample: Sampler,
    ) -> None:  # fmt: skip
        self._asked, self._pieces, self._samples = may, pieces, samples
        self._again, self._sample = again, sample
        self._written: dict[int, str] = {}
        self._end = next((place for place, piece in enumerate(pieces) if piece is None), None)

    def __call__(self, logits: Any, live: list[int], at: int) -> Any:
        """See `virality.models.samplers`."""
        chosen = self._sample(logits, live, at)
        drawn = zip(live, chosen.tolist(), strict=True)
        refused = [place for place, (row, token) in enumerate(drawn) if not self._may(row, token)]
        if refused:
            self._redraw(chosen, refused, logits, live, at)
        for row, token in zip(live, chosen.tolist(), strict=True):
            self._written[row] = self._written.get(row, "") + (self._pieces[token] or "")
        return chosen

    def _may(self, row: int, token: int) -> bool:
        asked = self._asked[row // self._samples]
        return asked is None or asked(self._written.get(row, ""), self._pieces[token])

    def _redraw(self, chosen: Any, places: list[int], logits: Any, live: list[int], at: int) -> None:
        """Put what may stand there into `chosen`, of rows that were refused."""
        first = chosen[places].tolist()
        left = logits[places].clone()
        whole = left.logsumexp(-1)
        refused = dict(enumerate(first))
        for other in self._again:
            left[list(refused), list(refused.values())] = -float("inf")
            shares = (left.logsumexp(-1) - whole).exp().tolist()
            drawn = other(left[list(refused)], [live[places[one]] for one in refused], at).tolist()
            still: dict[int, int] = {}
            for one, token in zip(refused, drawn, strict=True):
                ended = self._pieces[first[one]] is None
                if shares[one] < (LEAST_ON if ended else LEAST_LEFT):
                    chosen[places[one]] = self._ending(first[one])
                elif self._may(live[places[one]], token):
                    chosen[places[one]] = token
                else:
                    still[one] = token
            refused = still
            if not refused:
                return
        for one in refused:
            chosen[places[one]] = self._ending(first[one])

    def _ending(self, token: int) -> int:
        """What ends the row: the token, where it does or nothing can."""
        return token if self._pieces[token] is None or self._end is None else self._end
