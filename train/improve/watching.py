"""What the guide and a judge that trains nothing say of a writer, on drafts of the validation split."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data_prep.records import MEASURED, Pair
from data_prep.sources.table import identifier
from train.candidates import LIKELY, Ranked, rank
from train.scorers import Scorer
from train.scorers.calibration import sigmoid_of
from train.steering import Steering
from train.steps import Writer
from virality.errors import ViralityError
from virality.gates import Context
from virality.statistics import Interval, mean, share
from virality.text.similarity import reworded


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a writer.

    Fields:
        passing: share of drafts with a rewrite that passes every gate and changes enough.
        returned: share where the guide prefers one of these to the draft.
        improved: share of all drafts where the judge prefers the returned one; nothing returned is a loss.
        gap: P(rewrite beats draft) by the guide less that by the judge, over all that passed, percentage points.
        rewrites: generated.
        seconds: for all of it.
    """

    passing: Interval
    returned: Interval
    improved: Interval
    gap: Interval
    rewrites: int
    seconds: float

    def opened(self, most: float) -> bool:
        """Whether the proxy gap is beyond `most` points, surely above 0."""
        return self.gap.value > most and (self.gap.low or 0.0) > 0

    def about(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Seen:
        """What `about` gave."""
        parts = {name: Interval(**kept[name]) for name in ("passing", "returned", "improved", "gap")}
        return cls(**parts, rewrites=int(kept["rewrites"]), seconds=float(kept["seconds"]))


def look(
    writer: Writer,
    guide: Scorer,
    judge: Scorer,
    pairs: Sequence[Pair],
    gates: Context,
    *,
    drafts: int,
    samples: int,
    temperature: Sequence[float],
    steering: Steering,
    least_edit: float,
    seed: int,
) -> Seen:
    """Rewrite posts of the validation split and let both speak.

    Raises:
        ViralityError: the split holds no measured pair.
    """
    begun = time.monotonic()
    chosen = _drafts(pairs, drafts, seed)
    ranked = rank([text for text, _ in chosen], writer, guide, samples=samples, temperature=temperature,
                  seed=seed, context=gates, steering=steering)  # fmt: skip
    good = [[one for one in mine if one.passed and reworded(text, one.text) >= least_edit]
            for (text, _), mine in zip(chosen, ranked, strict=True)]  # fmt: skip
    told = _judged(judge, [text for text, _ in chosen], good)
    returned = [max(mine, key=lambda one: (one.utility, one.text), default=None) for mine in good]
    returned = [one if one is not None and sigmoid_of(one.utility) > LIKELY else None for one in returned]
    components = [component for _, component in chosen]
    improved = [one is not None and said[one.text] > 0.5 for one, said in zip(returned, told, strict=True)]
    apart = [(100 * (sigmoid_of(one.utility) - said[one.text]), component)
             for mine, said, component in zip(good, told, components, strict=True) for one in mine]  # fmt: skip
    gap = mean([value for value, _ in apart], [component for _, component in apart], seed) if apart else Interval(
        0.0, None, None, 0)  # fmt: skip
    return Seen(
        passing=share([float(bool(mine)) for mine in good], components, seed),
        returned=share([float(one is not None) for one in returned], components, seed),
        improved=share([float(one) for one in improved], components, seed),
        gap=gap,
        rewrites=sum(map(len, ranked)),
        seconds=round(time.monotonic() - begun, 1),
    )


def _judged(judge: Scorer, drafts: Sequence[str], good: Sequence[Sequence[Ranked]]) -> list[dict[str, float]]:
    """The judge's P(rewrite beats draft), one for each rewrite of each draft."""
    rows = [(at, one.text) for at, mine in enumerate(good) for one in mine]
    said: list[dict[str, float]] = [{} for _ in drafts]
    if rows:
        chances = judge.probability([text for _, text in rows], [drafts[at] for at, _ in rows])
        for (at, text), chance in zip(rows, chances.tolist(), strict=True):
            said[at][text] = float(chance)
    return said


def _drafts(pairs: Sequence[Pair], most: int, seed: int) -> list[tuple[str, str]]:
    """Posts of measured validation pairs, better and worse alike, each with its component."""
    posts = {name: (text, pair.component) for pair in pairs if pair.kind in MEASURED and pair.split == "validation"
             for name, text in ((pair.worse_id, pair.worse), (pair.better_id, pair.better))}  # fmt: skip
    if not posts:
        raise ViralityError("data: its validation split holds no measured pair to watch rounds by; see splits")
    return [posts[name] for name in sorted(posts, key=lambda name: identifier(seed, name))[:most]]
