"""`virality train CONFIG --dry-run`: all that can be known before an hour is spent; exit 2 if the run would fail."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from data_prep.records import Pair
from train import adapters, preview, run_scorer, run_writer, steps, tracking
from train import ready as readiness
from train.drafts import drafts
from train.estimate import forecast
from train.estimate.memory import gigabytes
from train.ready import Ready
from train.settings import AdapterSettings, LoraScorerSettings, WriterSettings
from virality import hub
from virality.config import flat
from virality.errors import ViralityError
from virality.models.base import find, load_tokenizer
from virality.models.named import licence_of
from virality.models.templates import notes
from virality.progress import step

_UNKNOWN = ("judge", "test", "validation")
"""Splits whose posts a model must not know, but the one it learns from."""
_SMALL = 64 << 20
"""Bytes of a run without an adapter."""


def tell(settings: Any, origins: Mapping[str, str], folder: Path) -> Told:
    """What the run of `settings` would do.

    Args:
        settings: of `virality train`; what its command refuses by itself has been refused.
        origins: dotted key -> where its value is from.
        folder: where the run would write.
    """
    told = Told(["settings", *preview.setting_lines(flat(settings.model_dump(mode="json")), origins)], [])
    try:
        _work(told, settings, folder)
    except ViralityError as error:
        told.mistakes.append(str(error))
    return told


@dataclass(frozen=True, slots=True)
class Told:
    """What a dry run found, as lines for the terminal, and what the run would fail of, one line each."""

    lines: list[str]
    mistakes: list[str]

    def section(self, title: str, lines: Sequence[str]) -> None:
        """Lines under a title."""
        self.lines.extend([title, *lines])


def _work(told: Told, settings: Any, folder: Path) -> None:
    data = steps.read_pairs(settings.data)
    if not isinstance(settings, AdapterSettings):
        training = run_scorer.training_of(settings, data.pairs)
        told.section("data", _pairs(settings, training.train, data.pairs, {}, settings.split))
        told.lines.append(f"  {len(training.validation):,} validation pairs {_choose(settings)}calibrate")
        told.section("machine", _room(folder, _SMALL, told.mistakes))
        return
    if isinstance(settings, WriterSettings) and settings.objective == "grpo":
        few = drafts(data.pairs, settings.max_pairs or len(data.pairs), settings.seed)
        told.section("data", _pairs(settings, few, data.pairs, {}, "train"))
        told.section("base", _base(settings.base, load_tokenizer(find(settings.base))))
        told.section("elsewhere", _elsewhere(settings))
        told.section("machine", ["  memory and time: not estimated for grpo, which samples",
                                 *_room(folder, _SMALL, told.mistakes)])  # fmt: skip
        return
    with step("reading and encoding pairs"):
        if isinstance(settings, LoraScorerSettings):
            ready = run_scorer.make_ready(settings, data)[1]
        else:
            ready = run_writer.make_ready(cast(WriterSettings, settings), data)
    told.section("data", _pairs(settings, ready.pairs, data.pairs, ready.left_out, ready.split))
    told.lines.extend(_tokens(settings, ready))
    told.section("base", _base(settings.base, ready.base.tokenizer))
    told.lines.extend(_positions(settings, ready, told.mistakes))
    told.section("elsewhere", _elsewhere(settings))
    if not told.mistakes:  # what fails anyway is not probed
        told.section("machine", _cost(settings, ready, folder, told.mistakes))


def _choose(settings: Any) -> str:
    """What else validation pairs do for a scorer."""
    chosen = {"stack": "the weights", "linear": "the strength", "encoder": "the strength"}.get(settings.family)
    return f"choose {chosen} and " if chosen and not getattr(settings, "tune", None) else ""


def _pairs(
    settings: Any, used: Sequence[Pair], every: Sequence[Pair], left_out: Mapping[str, int], split: str
) -> list[str]:
    unknown = [name for name in _UNKNOWN if name != split]
    return [
        *preview.pair_lines(used, left_out, settings.data),
        preview.leak_line(preview.leaks(used, every, unknown), unknown),
    ]


def _tokens(settings: AdapterSettings, ready: Ready) -> list[str]:
    too_long = ready.left_out.get("longer than max_tokens", 0)
    lines = preview.token_lines(preview.count(list(ready.examples)), too_long, settings.max_tokens)
    if ready.validation:
        lines.append(f"  {len(ready.validation):,} validation pairs judge the checkpoints")
    return [*lines, *preview.example_lines(ready.examples[0], ready.base.tokenizer.decode)]


def _base(spec: str, tokenizer: Any) -> list[str]:
    licence = licence_of(find(spec)) or "not known; look at its page before you publish an adapter"
    return [f"  {spec}: licence {licence}", *(f"  {one}" for one in notes(tokenizer))]


def _positions(settings: AdapterSettings, ready: Ready, mistakes: list[str]) -> list[str]:
    """Whether every example fits into the positions that the base knows."""
    from train.estimate.architectures import config_of

    most = getattr(config_of(ready.base.base).get_text_config(), "max_position_embeddings", None)
    longest = max(one.length for one in ready.examples)
    if most is not None and longest > most:
        mistakes.append(f"max_tokens = {settings.max_tokens}: the longest example has {longest:,} tokens and base = "
                        f"{settings.base} knows {most:,} positions; set max_tokens={most}")  # fmt: skip
    return [f"  knows {most:,} positions; the longest example has {longest:,}"] if most is not None else []


def _cost(settings: AdapterSettings, ready: Ready, folder: Path, mistakes: list[str]) -> list[str]:
    """Trainable numbers, memory, time and disk: by a probe of the model, if it fits at all."""
    recipe = readiness.recipe(settings, ready, folder)
    readiness.refuse(settings, ready, recipe, always=True)
    with step(f"loading {settings.base} and probing two micro-batches"):
        if isinstance(settings, WriterSettings):
            _, model = run_writer.load(settings, ready.base)
        else:
            _, model = readiness.load(settings, ready.base, ready.head)
        found = forecast.forecast(
            model, readiness.describe(settings, ready), ready.base.tokenizer.pad_token_id, ready.examples,
            ready.objective, recipe, validation=ready.validation, calibration=_read(settings, ready),
        )  # fmt: skip
    if not found.fits():
        mistakes.append(found.way_out or f"memory: {gigabytes(found.memory.peak)} are needed at the peak and "
                        f"{gigabytes(found.available)} are available; set micro_batch lower")  # fmt: skip
    trainable = f"  {adapters.trainable_parameters(model):,} trainable numbers in the adapter"
    return [trainable, *found.lines(), *_room(folder, found.disk, mistakes)]


def _read(settings: AdapterSettings, ready: Ready) -> Sequence[Any]:
    """What a scorer reads to be calibrated, as examples."""
    from train.examples import encode_posts

    if not ready.calibration:
        return ()
    base = ready.base
    return encode_posts(ready.calibration, base.tokenizer, base.prompt, max_tokens=settings.max_tokens)[0]


def _room(folder: Path, needed: int, mistakes: list[str]) -> list[str]:
    """Whether the disk has room for what the run writes, in bytes."""
    place = folder.absolute()
    while not place.is_dir():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed > free:
        mistakes.append(f"{folder}: {gigabytes(needed)} of disk are needed and {gigabytes(free)} are "
                        "free; free some, or name another place with out=")  # fmt: skip
    return [f"  disk: {gigabytes(needed)} needed in {folder}, {gigabytes(free)} free"]


def _elsewhere(settings: AdapterSettings) -> list[str]:
    """What others' machines say now; none of it ever stops a run."""
    to = settings.tracking.to
    text = "with" if settings.tracking.send_text else "without"
    return [
        f"  {tracking.reachable(to) or f'tracking: {to}, {text} text of posts'}",
        f"  {hub.reachable() or 'hub: reachable'} (asked for a base that is not on this machine alone)",
    ]
