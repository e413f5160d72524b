"""How an adapter is trained, a writer's or a scorer's: what both say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from train.settings.common import Count, Learns, Rule, as_list
from virality.config import Settings


class Lora(Settings):
    """The adapter (Hu et al. 2021, arXiv:2106.09685)."""

    kind: Literal["lora", "rslora", "dora", "pissa"] = "lora"
    """rslora: scaled by 1/sqrt(rank). dora: direction and size apart. pissa: starts at the base's largest parts."""
    rank: int = Field(16, ge=1)
    """Of each update, B A."""
    alpha: float = Field(32, gt=0)
    """The update is scaled by alpha / rank (rslora: alpha / sqrt(rank))."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """0 by default: a shared prefix shares its mask, so any other value uses the plain path."""
    targets: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(as_list)] = ("all-linear",)
    """Which layers: all-linear, or names of modules as q_proj,v_proj."""
    b_ratio: float | None = Field(None, ge=1)
    """LoRA+: how many times faster B learns than A; null: alike."""

    def broken(self) -> Iterator[Rule]:
        """All layers need no others beside them."""
        yield from super().broken()
        if "all-linear" in self.targets and len(self.targets) > 1:
            yield ("targets",), "all-linear is every layer already; name it alone, or leave it out"


class Tracking(Settings):
    """Where the curves go. Nothing ever needs an account to run."""

    to: Literal["wandb", "offline", "tensorboard", "none"] = "none"
    """wandb: as offline where no login is found, and one line says how to sync."""
    project: str = "virality"
    """W&B's project."""
    send_text: bool = False
    """Only with true may text of posts leave this machine."""
    tables: int = Field(16, ge=0)
    """Validation drafts whose rewrites are shown at each evaluation; 0: none."""


class AdapterSettings(Learns):
    """How an adapter is trained, a writer's or a scorer's."""

    base: str = Field(min_length=1)
    """A hub id, a folder, pypi:PACKAGE, or tiny:FAMILY."""
    trust_remote_code: bool = False
    """true: Python files that come with the base from the hub are run; some bases have no other form."""
    lora: Lora = Lora()
    """The adapter."""
    bits: Literal[4] | None = None
    """4: the base is held in 4 bits (QLoRA); CUDA only."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Of the base's weights. auto: bf16 where this machine is faster with it; the adapter is fp32 whatever it is."""
    learning_rate: float = Field(2e-4, gt=0, lt=1)
    """At its highest, after the warmup."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the pairs; may be a fraction."""
    max_tokens: int = Field(512, ge=16)
    """Longer examples (prompt and rewrite together) are left out and counted, never cut."""
    batch_size: Count | Literal["auto"] = 16
    """Examples for each optimiser step, over all ranks. auto: 16, in the largest micro_batch that fits in memory."""
    micro_batch: Count | Literal["auto"] | None = None
    """Examples side by side on one rank; batch_size by default, and it divides it. auto: the largest divisor that fits
    in memory."""
    activation_checkpointing: bool = False
    """true: activations are computed again in the backward pass: less memory, about a third more time."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the steps."""
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
    """How the learning rate falls after the warmup; constant: neither warmup nor fall."""
    weighting: Literal["given", "certainty", "lift", "none"] = "given"
    """given: each pair's weight; certainty: of measured pairs, that times 2 p_better - 1; lift: that times its lift
    over the mean lift; none: all alike."""
    margin: float = Field(0.0, ge=0)
    """Margin asked of the better side for each nat of lift, in the units of the loss (ODPO)."""
    shared_prefix: bool = True
    """Compute what rows share once a batch; verified against the plain path at the first step."""
    save_every: int = Field(0, ge=0)
    """Steps between checkpoints; 0: the end only."""
    evaluate_every: int = Field(0, ge=0)
    """Steps between evaluations on validation pairs, each with a checkpoint, the best of which is kept; 0: none."""
    patience: int = Field(0, ge=0)
    """Evaluations without a better one after which training stops; 0: never."""
    max_validation: int = Field(256, ge=1)
    """Validation pairs that judge a checkpoint, at most."""
    tracking: Tracking = Tracking()
    """Where the curves go."""

    def broken(self) -> Iterator[Rule]:
        """What cannot be had together, whatever is trained."""
        yield from super().broken()
        yield from self._micro_batch()
        if self.patience and not self.evaluate_every:
            yield ("patience", "evaluate_every"), "counts evaluations, and there are none; say evaluate_every too"
        if self.evaluate_every and self.save_every not in (0, self.evaluate_every):
            yield ("save_every", "evaluate_every"), "each evaluation has its checkpoint; leave save_every out"
        if self.bits is not None and self.lora.kind in ("dora", "pissa"):
            yield ("lora.kind", "bits"), "needs the base's own weights; leave bits out"
        if self.schedule == "constant" and "warmup" in self.model_fields_set and self.warmup:
            yield ("warmup", "schedule"), "schedule = constant has none; leave warmup out, or take linear or cosine"

    def _micro_batch(self) -> Iterator[Rule]:
        whole, part = self.batch_size, self.micro_batch
        if isinstance(part, int) and isinstance(whole, int) and whole % part:
            fitting = max(one for one in range(1, part + 1) if whole % one == 0)
            yield ("micro_batch", "batch_size"), f"does not divide batch_size = {whole}; {fitting} does"
