"""What a file in configs/train/ may say of a writer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from train.gate_settings import GateSettings
from train.settings.adapter import AdapterSettings, Lora
from train.settings.common import Kinds, Rule
from virality.config import Settings

TWO_REWRITES = ("dpo", "ipo", "simpo", "orpo")
"""Objectives that compare two rewrites of one draft."""


class Grpo(Settings):
    """grpo: a writer is paid for sampled rewrites that pass every gate and beat their draft. Needs virality[trl]."""

    scorer: str | None = None
    """A scorer's run, whose P(rewrite beats draft) is the reward; needed, and not the judge."""
    samples: int = Field(8, ge=2)
    """Rewrites of each draft, compared with each other."""
    temperature: float = Field(1.0, gt=0)
    """Of sampling."""
    beta: float = Field(0.04, ge=0)
    """KL to the writer as it came, in nats a token; 0: free."""
    gates: GateSettings = GateSettings()
    """What a rewrite must hold to be paid."""


class Push(Settings):
    """The adapter goes to a private repository of the hub when it is trained, to a revision `step-N` of its own."""

    repo: str
    """`user/name`; made before anything is trained."""
    private: bool = True
    """true alone: what was not evaluated yet is shown to nobody."""

    def broken(self) -> Iterator[Rule]:
        """It is private."""
        yield from super().broken()
        if not self.private:
            what = "what was not evaluated yet is shown to nobody; leave it out, and say it to virality publish"
            yield ("private",), what


class WriterSettings(AdapterSettings):
    """A writer: a LoRA adapter that suggests rewrites, learned from faithful pairs."""

    task: Literal["writer"]
    """What is trained: writer, or scorer."""
    prompt: str = "rewrite"
    """Name of the prompt that a draft is put into."""
    objective: Literal["sft", "dpo", "ipo", "simpo", "orpo", "kto", "grpo"]
    """sft: imitation. dpo, ipo, simpo, orpo: preferences between two rewrites. kto: good and bad ones, unpaired.
    grpo: rewards by gates and a scorer; batch_size counts drafts then, micro_batch rewrites."""
    init: str | None = None
    """A writer's run whose adapter is continued; for dpo, ipo and kto it is also the frozen reference."""
    kinds: Annotated[Kinds, Field(min_length=1)] = ("paraphrase", "neighbour", "same_link", "ab_test", "judged")
    """Which kinds of pairs it learns from; grpo takes drafts of every measured one."""
    unfaithful: bool = False
    """Also learn from pairs whose better post says something else; it teaches to invent."""
    labels: Literal["hard", "soft"] = "hard"
    """Preferences and kto: soft: p_better is the label; hard: the better one is better."""
    beta: float | None = Field(None, gt=0)
    """dpo, ipo, kto: how close to stay to the reference (0.1). simpo: scale of the reward (2). orpo: weight of the odds
    ratio (0.1)."""
    gamma: float = Field(1.0, ge=0)
    """simpo: margin that is asked of the better rewrite."""
    imitation: float = Field(0.0, ge=0)
    """dpo, ipo, simpo: weight of the likelihood of the better rewrite beside the preference."""
    tones: float = Field(0.0, ge=0, le=1)
    """Share of the examples that are asked in the tone that their good post has, as suggest --tone asks. The tone is
    plain, warm, bold or formal, beside the posts learned from; an example without one is asked as the others are."""
    grpo: Grpo = Grpo()
    """objective = grpo: how rewrites are sampled and paid."""
    canaries: int = Field(0, ge=0)
    """Made-up posts with a random secret, English and Arabic, planted once, 4 or 16 times each: virality evaluate then
    tells how much of what an adapter sees so often can be got out of it. 12 hold each combination; 0: none."""
    push: Push | None = None
    """Where the adapter goes when it is trained; null: it stays here."""

    def broken(self) -> Iterator[Rule]:
        """What cannot be had together in a writer."""
        yield from super().broken()
        if self.init is not None and self.lora != Lora():
            yield ("lora", "init"), "the adapter of init is continued as it is; leave lora out, or init"
        if self.objective == "grpo":
            yield from self._of_grpo()
        elif "grpo" in self.model_fields_set:
            yield ("grpo", "objective"), f"{self.objective} pays no rewards; write objective=grpo, or leave it out"
        for key, objectives in _TERMS.items():
            if self.objective not in objectives and self._says(key):
                what = f"{self.objective} knows no such term ({', '.join(objectives)} do); leave it out"
                yield (key, "objective"), what
        if self.objective in TWO_REWRITES and set(self.kinds) == {"paraphrase"}:
            what = f"{self.objective} compares two rewrites of a draft, and paraphrase has one; add judged or neighbour"
            yield ("kinds", "objective"), what

    def _says(self, key: str) -> bool:
        """Whether a key was said, and not as its default."""
        return key in self.model_fields_set and getattr(self, key) != type(self).model_fields[key].default

    def _of_grpo(self) -> Iterator[Rule]:
        if self.grpo.scorer is None:
            yield ("grpo.scorer", "objective"), "objective = grpo pays by a scorer; name a scorer's run"
        for key in ("bits", "evaluate_every", "canaries", "tones", "weighting", "unfaithful"):
            if self._says(key):
                yield (key, "objective"), "is not of grpo; leave it out"

    def _micro_batch(self) -> Iterator[Rule]:
        """Of grpo, micro_batch counts rewrites."""
        if self.objective != "grpo":
            yield from super()._micro_batch()
        elif isinstance(self.micro_batch, int) and isinstance(self.batch_size, int):
            rewrites = self.batch_size * self.grpo.samples
            if rewrites % self.micro_batch:
                what = f"does not divide batch_size * grpo.samples = {rewrites} rewrites"
                yield ("micro_batch", "batch_size", "grpo.samples", "objective"), what


_TERMS = {
    "imitation": ("dpo", "ipo", "simpo"),
    "labels": (*TWO_REWRITES, "kto"),
    "margin": TWO_REWRITES,
    "beta": (*TWO_REWRITES, "kto"),
    "gamma": ("simpo",),
}
"""Settings that only some objectives have."""
