"""What can be known of a `train` run before torch is imported: every reason for which it would fail, in one answer."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

from train import inputs, push
from train.scorers import controls
from train.settings import (
    TWO_REWRITES,
    AdapterSettings,
    Fits,
    FittedSettings,
    LoraScorerSettings,
    PromptedSettings,
    ScorerSettings,
    StackSettings,
    WriterSettings,
)
from virality import machine
from virality.errors import ViralityError
from virality.mistakes import Mistakes
from virality.models import use
from virality.models.base import find
from virality.models.encoder import find as find_encoder
from virality.models.prompts import load_prompt
from virality.models.tiny import FAMILIES
from virality.spelling import nearest

AnySettings = FittedSettings | LoraScorerSettings | WriterSettings

_TRACKERS = {"wandb": ("wandb", "wandb"), "offline": ("wandb", "wandb"), "tensorboard": ("tensorboard", "tensorboard")}
"""tracking.to -> package, and what pip calls it."""


def note(settings: AnySettings, found: Mistakes) -> None:
    """Note in `found` what of `settings` this machine, these packages and these runs do not allow."""
    if isinstance(settings, ScorerSettings):
        if settings.family == "encoder":
            _encoder(settings, "", found)
        if settings.features_from is not None:
            _features(settings, settings.features_from, found)
    elif isinstance(settings, StackSettings):
        _members(settings, found)
    else:
        _model(settings.base, "base", found, trusted=settings.trust_remote_code)
        _say("prompt", settings.prompt, lambda: load_prompt(settings.prompt), found)
        _machine(settings, found)
    counts = _counts(settings, found)
    if isinstance(settings, WriterSettings):
        _writer(settings, found)
        push.refuse(settings, found)
        if counts:
            _enough_for_writer(settings, counts, found)
    elif counts and not inputs.measured(counts, settings.split):
        what = f"no measured pair in the {settings.split} split; there are {inputs.told(counts)}"
        found.add("data", f"{what}; a scorer learns from ab_test, same_link and neighbour pairs", list(settings.data))
    every = settings.evaluate_every if isinstance(settings, AdapterSettings) else 0
    if counts and every and not inputs.measured(counts, "validation"):
        found.add("evaluate_every", "the data have no measured pair in the validation split to judge checkpoints by; "
                  "leave it out, or name prepared data too", every)  # fmt: skip


def _members(settings: StackSettings, found: Mistakes) -> None:
    """Runs and encoders of a stack; a member that learned from another split would bring it in."""
    for name, member in settings.members.items():
        if member.run is None:
            if member.family == "encoder":
                _encoder(member, f"members.{name}.", found)
            continue
        document, wrong = inputs.trained(member.run, "scorer")
        if not wrong and document.get("split") != settings.split:
            wrong = f"learned from the {document.get('split')} split, and this stack from {settings.split}"
        if not wrong and document.get("control") != settings.control:
            wrong = (
                f"is a control ({document.get('control') or 'none'}), and this stack's is {settings.control or 'none'}"
            )
        unseen = sorted(set(settings.unseen) - set(document.get("settings", {}).get("unseen", ())))
        if not wrong and unseen:
            train_it = f"train it with unseen={','.join(settings.unseen)}"
            wrong = f"may have learned from texts of {', '.join(unseen)}; {train_it}"
        if wrong:
            found.add(f"members.{name}.run", wrong, member.run)


def _machine(settings: AdapterSettings | PromptedSettings, found: Mistakes) -> None:
    """Precision, bits and trackers."""
    gpu = machine.sees_nvidia()
    if settings.precision == "bf16" and not gpu and machine.bf16_flags() == []:
        found.add("precision", "this processor has no bf16 (neither avx512_bf16 nor amx_bf16) and no NVIDIA GPU is "
                  "seen, so it would be slower than fp32; write precision=auto", "bf16")  # fmt: skip
    if isinstance(settings, PromptedSettings):
        return
    if settings.bits is not None and not gpu:
        found.add("bits", "a 4-bit base needs a CUDA GPU, and none is seen here; leave bits out", settings.bits)
    elif settings.bits is not None:
        _package("bits", settings.bits, "bitsandbytes", "'virality[gpu]'", found)
    if settings.tracking.to in _TRACKERS:
        _package("tracking.to", settings.tracking.to, *_TRACKERS[settings.tracking.to], found)


def _writer(settings: WriterSettings, found: Mistakes) -> None:
    """The runs beside the data that a writer reads."""
    if settings.init is not None:
        document, wrong = inputs.trained(settings.init, "writer")
        if wrong:
            found.add("init", wrong, settings.init)
        elif document["base"]["spec"] != settings.base:
            theirs = document["base"]["spec"]
            found.add("init", f"is no adapter of base = {settings.base}; write base={theirs}", settings.init)
    if settings.objective == "grpo":
        _package("objective", "grpo", "trl", "'virality[trl]'", found)
        document, wrong = inputs.trained(str(settings.grpo.scorer), "scorer")
        if not wrong and document.get("split") == "judge":
            wrong = "is the judge, which learned from the judge split; name a scorer's run with split=train"
        wrong = wrong or controls.wrong(document)
        if wrong:
            found.add("grpo.scorer", wrong, settings.grpo.scorer)


def _counts(settings: AnySettings, found: Mistakes) -> inputs.Counts:
    """Pairs of all data folders together; empty where one of them cannot be counted."""
    every = []
    for folder in settings.data:
        try:
            counts, wrong = inputs.pair_counts(folder)
        except ViralityError as error:
            counts, wrong = {}, str(error)
        if wrong:
            found.add("data", wrong, folder)
        every.append(counts)
    return inputs.merged(every) if all(every) else {}


def _enough_for_writer(settings: WriterSettings, counts: inputs.Counts, found: Mistakes) -> None:
    there = {kind: by_split["train"] for kind, by_split in counts.items() if by_split.get("train")}
    named = ", ".join(f"{kind} ({count:,})" for kind, count in there.items()) or "none"
    if settings.objective == "grpo":
        if not inputs.measured(counts, "train"):
            found.add("data", "no measured draft of the train split to rewrite; in the train split there are: "
                      f"{named}; name prepared data with measured pairs", list(settings.data))  # fmt: skip
        return
    kinds = [kind for kind in settings.kinds if there.get(kind)]
    if not kinds:
        found.add("kinds", f"the data have no such pair in the train split; there are: {named}", list(settings.kinds))
    elif settings.objective in TWO_REWRITES and kinds == ["paraphrase"]:
        found.add("objective", f"{settings.objective} compares two rewrites of a draft, and of these kinds the data "
                  "have paraphrase alone, with one; write objective=sft, or add runs of virality improve",
                  settings.objective)  # fmt: skip


def _features(settings: ScorerSettings, folder: str, found: Mistakes) -> None:
    document, wrong = inputs.trained(folder, "scorer")
    if not wrong and "features.safetensors" not in document["outputs"]:
        wrong = f"is of the {document.get('family')} family and keeps no embeddings; name an encoder's run"
    elif not wrong and document["settings"].get("encoder") != settings.encoder:
        wrong = f"holds embeddings of {document['settings'].get('encoder')}; write encoder= that, or leave it out"
    elif not wrong and document["settings"].get("layers") != settings.layers:
        wrong = f"was made with layers = {document['settings'].get('layers')}; write that, or leave it out"
    if wrong:
        found.add("features_from", wrong, folder)


def _encoder(settings: Fits, prefix: str, found: Mistakes) -> None:
    """An encoder that is known not to be there, or that cannot be fine-tuned."""
    spec = settings.encoder
    if settings.tune is not None and use.named(spec):
        found.add(f"{prefix}tune", f"encoder = {spec} is no model of transformers and stays as it is; leave tune out")
    if settings.layers is not None and use.named(spec):
        found.add(f"{prefix}layers", f"encoder = {spec} is no language model; leave layers out")
    _say(f"{prefix}encoder", spec, lambda: find_encoder(spec, f"{prefix}encoder"), found)


def _model(spec: str, key: str, found: Mistakes, *, trusted: bool = False) -> None:
    """A base or an encoder that is known not to be there; what a hub has is not asked here."""
    family = spec.removeprefix("tiny:")
    if spec.startswith("tiny:") and family not in FAMILIES and key == "base":
        near = nearest(spec, [f"tiny:{one}" for one in FAMILIES])
        found.add(key, f"no such family{near}; there are tiny models of {', '.join(FAMILIES)}", spec)
        return
    _say(key, spec, lambda: find(spec, key, trust_remote_code=trusted), found)


def _say(key: str, value: str, ask: Callable[[], object], found: Mistakes) -> None:
    """Note the error that `ask` raises, without the key and value it begins with."""
    try:
        ask()
    except ViralityError as error:
        said = str(error)
        for start in (f"{key}: {value}: ", f"{key} = {value}: "):
            said = said.removeprefix(start)
        found.add(key, said, value)


def _package(key: str, value: object, module: str, pip: str, found: Mistakes) -> None:
    if importlib.util.find_spec(module) is None:
        found.add(key, f"needs {module}, not installed here; pip install {pip}", value)
