"""Settings of `virality improve`: what a file in configs/improve/ may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from train.improve.prefer import AGAINST, Against
from train.sampled import Sampled
from train.settings import Count, Folders, Rule, as_list
from virality.config import Settings


def _as_numbers(value: object) -> object:
    if isinstance(value, str):
        return [part for part in value.split(",") if part]
    return (value,) if isinstance(value, int | float) else value


Temperatures = Annotated[tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(_as_numbers), Field(min_length=1)]
Learning = Literal["sft", "dpo", "ipo", "simpo", "orpo", "grpo"]


class Learn(Settings):
    """How the writer of each round learns; what is not said here is as `virality train` has it."""

    first: Learning = "sft"
    """Objective of the first round. sft imitates the best rewrites; the others prefer them to worse ones."""
    then: Learning = "dpo"
    """Objective of the later rounds, tied to the writer of the round before; grpo needs the extra `trl`, and draws its
    drafts anew in each round."""
    beta: float | None = Field(None, gt=0)
    """Of the later objective, where it has one; the first has its default, unless it is the same."""
    imitation: float = Field(1.0, ge=0)
    """dpo, ipo, simpo: weight of the likelihood of the better rewrite beside the preference."""
    batch_size: Count = 16
    """Examples for each optimiser step."""
    learning_rate: float = Field(2e-4, gt=0, lt=1)
    """Of the first round."""
    later_rate: float = Field(5e-5, gt=0, lt=1)
    """Of the later rounds."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the pairs of a round."""
    weighting: Literal["given", "none"] = "given"
    """given: each pair counts as much as the guide is sure of it; a sample that failed a gate is beaten surely, so a
    guide that is never sure is drowned by the gates. none: all alike."""


class Watch(Settings):
    """What is looked at after each round, on drafts that nobody learned from."""

    drafts: int = Field(64, ge=8)
    """Posts of the validation split."""
    samples: int = Field(4, ge=1)
    """Rewrites for each."""
    patience: Count = 2
    """Rounds in a row without a higher share of drafts that the judge prefers rewritten, after which none follows: of
    100 drafts that share is known to about 5 points."""
    gap: float = Field(10.0, ge=0)
    """Greatest proxy gap in percentage points: the guide's opinion of what passed, less the judge's. A round whose gap
    is beyond it, with its whole interval above 0, is not chosen, and none follows."""


class ImproveSettings(Sampled):
    """A writer's own rewrites and edits, gated and scored, as judged pairs; and rounds in which it learns them."""

    data: Folders = Field(min_length=1)
    """Prepared runs; drafts are drawn from their train split only."""
    writer: str
    """A writer's run, whose samples are candidates."""
    scorer: str
    """A scorer's run, the guide: it ranks what passes the gates."""
    judge: str | None = None
    """A scorer's run of another family, trained on the judge split: watched after each round. Rounds need it."""
    rounds: int = Field(0, ge=0)
    """Rounds of: sample, gate, score, learn. 0: pairs are made, and `virality train` learns them."""
    learn: Learn = Learn()
    """How the writer of each round learns."""
    watch: Watch = Watch()
    """What is looked at after each round."""
    drafts: int = Field(64, ge=1)
    """Of how many drafts rewrites are made, in each round of the next ones."""
    turn: int = Field(0, ge=0)
    """Which of the drafts: of their order by the seed the first so many (0), the next (1), and so on; rounds count it
    themselves."""
    samples: int = Field(4, ge=0)
    """Of the writer, for each draft."""
    edits: int = Field(12, ge=0)
    """Edits of the draft's own words, for each draft, at most: the best that a search under gates finds."""
    depth: int = Field(3, ge=1, le=6)
    """Edits in a row that the search tries."""
    temperature: Temperatures = (0.8,)
    """Of sampling; several share the samples."""
    targets: int = Field(1, ge=1)
    """Best rewrites of a draft that are learned, at most."""
    against: Annotated[tuple[Against, ...], BeforeValidator(as_list), Field(min_length=1)] = AGAINST
    """What the best are preferred to. draft: left as it is. worst: that passed, where the draft beats it. failed: a
    sample of the writer that failed a gate."""
    failures: int = Field(1, ge=1)
    """Samples that failed a gate that each of the best is preferred to, at most."""
    least_gain: float = Field(0.55, ge=0.5, lt=1)
    """The best candidate must beat the draft with at least this probability, by the guide."""
    least_edit: float = Field(0.1, ge=0, le=1)
    """Edit ratio between draft and better rewrite, at least."""
    voice: float = Field(0.0, ge=0)
    """Nats taken from a candidate's utility for each unit of distance from the voice of the draft's author, beyond how
    far the author's own posts lie from each other; 0: off."""

    def broken(self) -> Iterator[Rule]:
        """There must be candidates, and a judge to watch."""
        yield from super().broken()
        if not self.samples and not self.edits:
            yield ("samples", "edits"), "with edits = 0 there is no candidate; raise one of them"
        if len(self.temperature) > max(1, self.samples):
            yield ("temperature", "samples"), f"{len(self.temperature)} temperatures cannot share so few; raise samples"
        if self.rounds and self.judge is None:
            yield ("judge", "rounds"), "rounds are stopped by a judge that trains nothing; name one"
        if self.rounds and self.turn:
            yield ("turn", "rounds"), "rounds take their turns themselves; leave it out"
        if self.rounds and "grpo" in (self.learn.first, self.learn.then):
            yield from self._of_grpo()

    def _of_grpo(self) -> Iterator[Rule]:
        """What GRPO cannot sample by."""
        where = "learn.first" if self.learn.first == "grpo" else "learn.then"
        if len(self.temperature) > 1:
            yield ("temperature", where), "grpo samples at one temperature; name one"
        if self.samples < 2:
            yield ("samples", where), "grpo compares two samples of a draft at least; raise it"
        for key in ("copy_penalty", "distinct_starts", "voice"):
            if getattr(self, key):
                yield (key, where), "grpo samples and pays without it; leave it out"
