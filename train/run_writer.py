"""Train a writer as its settings say: imitation, preferences, or good and bad examples, on an adapter."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from train import adapters, canaries, examples, grpo, ledgers, objectives, steps
from train import ready as readiness
from train.drafts import drafts
from train.fit import Recipe, fit
from train.gate_settings import context
from train.launch import tokenised
from train.objectives import Objective
from train.ready import Ready
from train.recipes import callbacks_of, judges_of, recipe_of
from train.settings import WriterSettings
from train.tracking import Tracker
from virality import ledger, runs
from virality.errors import ViralityError
from virality.gates.corpus import FILE, Corpus
from virality.progress import is_main, say, step
from virality.text.tone import TONES, Tone


def train(settings: WriterSettings, here: runs.Run, tracker: Tracker) -> None:
    """Train the adapter and write it with its ledger."""
    data = steps.read_pairs(settings.data)
    if settings.objective == "grpo":
        _train_by_rewards(settings, here, data, tracker)
        return
    ready = make_ready(settings, data, here)
    recipe = readiness.recipe(settings, ready, here.folder)
    with step(f"loading {settings.base}"):
        base, model = load(settings, ready.base)
    dtype = str(next(base.model.parameters()).dtype).removeprefix("torch.")
    say(f"  {len(ready.examples):,} examples to learn from; left out: {dict(ready.left_out) or 'none'}; "
        f"{adapters.trainable_parameters(model):,} trainable numbers on a base in {dtype}")  # fmt: skip
    tones = _tones(settings, ready)
    if settings.tones:
        say(f"  asked in a tone: {', '.join(f'{tone} {count:,}' for tone, count in tones.items())}")
    rows, by_id = ready.examples, {pair.pair_id: pair for pair in ready.pairs}
    trained = fit(
        model, base.tokenizer, rows, ready.objective, recipe, here.folder, validation=ready.validation,
        entries=ledgers.entries_of(rows, by_id, ledgers.adapter_entries(settings.init)),
        callbacks=callbacks_of(settings, tracker, base, data.pairs),
    )  # fmt: skip
    if not is_main():
        return
    names = dict.fromkeys(rows[at].pair_id for at in trained.seen)
    learned = [by_id[name] for name in names if name in by_id]  # canaries are nobody's
    _finish(settings, here, data, base, model, ready.pairs, learned, dict(ready.left_out), trained.about(), tones)
    chosen = f", the best after {trained.best}" if trained.best else ""
    say(f"{here.folder}: {trained.steps} steps{chosen}, mean loss {trained.loss:.4f}")


def make_ready(settings: WriterSettings, data: steps.Data, here: runs.Run | None = None) -> Ready:
    """What the writer learns from, by any objective but grpo; under several ranks it is encoded once, in `here`.

    Raises:
        ViralityError: there is nothing to learn from, or nothing to judge checkpoints by.
    """
    pairs, left_out = examples.usable(
        data.pairs, settings.kinds, unfaithful=settings.unfaithful, two=settings.objective in objectives.TWO
    )
    if settings.max_pairs is not None and len(pairs) > settings.max_pairs:
        pairs = sorted(pairs, key=lambda pair: (-pair.weight, pair.pair_id))[: settings.max_pairs]
    if not pairs:
        raise ViralityError(f"data: no pair that a writer may learn from; left out: {left_out}")
    base = steps.open_base(settings.base, settings.prompt, trust_remote_code=settings.trust_remote_code)
    every = [*pairs, *canaries.pairs(canaries.plant(settings.canaries, settings.seed), pairs)]
    rows, too_long = tokenised.once_for(here, base.base, base.prompt, lambda: _encode(settings, every, base, pairs))
    if too_long:
        left_out["longer than max_tokens"] = too_long
    if not rows:
        raise ViralityError(f"max_tokens = {settings.max_tokens}: every example is longer; raise it")
    return Ready(data, pairs, "train", left_out, base, "lm", rows, _validation(settings, data.pairs, base), (),
                 objective_of(settings))  # fmt: skip


def load(settings: WriterSettings, asked: steps.Writer) -> tuple[steps.Writer, Any]:
    """The base and, on it, a new adapter or that of `init`."""
    if not settings.init:
        return readiness.load(settings, asked, "lm")
    base = steps.with_weights(asked, precision=settings.precision, bits=settings.bits)
    _same_base(Path(settings.init), base)
    return base, readiness.saving_memory(settings, adapters.load(base.model, Path(settings.init) / "adapter",
                                                                 trainable=True))  # fmt: skip


def _train_by_rewards(settings: WriterSettings, here: runs.Run, data: steps.Data, tracker: Tracker) -> None:
    """GRPO: drafts alone are given, the writer samples, gates and scorer pay."""
    grpo.require_trl()
    with step(f"loading {settings.base}"):
        base, model = load(settings, steps.open_base(settings.base, settings.prompt,
                                                     trust_remote_code=settings.trust_remote_code))  # fmt: skip
    every = drafts(data.pairs, settings.max_pairs or len(data.pairs), settings.seed)
    pairs = [pair for pair in every if grpo.fits(base.tokenizer, base.prompt, pair.worse, settings.max_tokens)]
    left_out = {"longer than max_tokens": len(every) - len(pairs)} if len(every) > len(pairs) else {}
    if not pairs:
        raise ViralityError(f"data: no measured draft of the train split to rewrite; left out: {left_out or 'none'}")
    before = ledgers.adapter_entries(settings.init)
    guide = steps.load_scorer(Path(str(settings.grpo.scorer)))
    trained = grpo.fit_grpo(
        model, base.tokenizer, base.prompt, [pair.worse for pair in pairs],
        guide,
        platform=_most_common([pair.platform for pair in pairs]),
        recipe=grpo.GrpoRecipe(
            **settings.grpo.model_dump(exclude={"scorer", "gates"}), **_shared_fields(recipe_of(settings))
        ),
        folder=here.folder,
        gates=context(settings.grpo.gates, Path(settings.init) if settings.init else None),
        entries=lambda checkpoint, seen: ledgers.entries(checkpoint, "train", [pairs[at] for at in seen], before),
        callbacks=callbacks_of(settings, tracker, base, data.pairs, guide),
    )  # fmt: skip
    if not is_main():
        return
    learned = [pairs[at] for at in trained.seen]
    _finish(settings, here, data, base, model, pairs, learned, left_out, trained.about())
    told = ", ".join(f"{name} {value:.3f}" for name, value in trained.metrics.items())
    say(f"{here.folder}: {trained.steps} steps; in the last: {told}")


def _shared_fields(recipe: Recipe) -> dict[str, Any]:
    return {field.name: getattr(recipe, field.name) for field in fields(Recipe)
            if field.name in {one.name for one in fields(grpo.GrpoRecipe)}}  # fmt: skip


def _corpus(settings: WriterSettings, learned: list[Pair]) -> Corpus:
    """The runs of words of every post that this run, or one it continues, learned from: what must not be recited."""
    before = Corpus.beside(Path(settings.init)) if settings.init else None
    posts = (text for pair in learned for text in (pair.worse, pair.better))
    return Corpus.of(posts, *([] if before is None else [before]))


def _finish(
    settings: WriterSettings,
    here: runs.Run,
    data: steps.Data,
    base: steps.Writer,
    model: Any,
    pairs: list[Pair],
    learned: list[Pair],
    left_out: dict[str, int],
    training: dict[str, Any],
    tones: dict[Tone, int] | None = None,
) -> None:
    """Write adapter, tokenizer, index of the corpus, ledger and run.json."""
    with here.file("adapter") as path:
        adapters.save(model, path, base.base.spec)
        base.tokenizer.save_pretrained(path)
    with here.file(FILE) as path:
        _corpus(settings, learned).write(path)
    before = canaries.beside(Path(settings.init)) if settings.init else []
    if planted := canaries.together(canaries.plant(settings.canaries, settings.seed), before):
        with here.file(canaries.FILE) as path:
            canaries.write(planted, path)
    with here.file("ledger.parquet") as path:
        ledger.write(
            [
                *ledgers.kept_entries(here.folder),
                *ledgers.entries("adapter", "train", learned, ledgers.adapter_entries(settings.init)),
            ],
            path,
        )
    here.finish(
        rights=steps.rights_with(
            data, continues=settings.init, asks=() if settings.grpo.scorer is None else (settings.grpo.scorer,)
        ),
        task="writer",
        objective=settings.objective,
        base={"spec": base.base.spec, "revision": base.base.revision},
        prompt={"name": base.prompt.name, "hash": base.prompt.hash},
        platform=_most_common([pair.platform for pair in pairs]),
        languages=dict(Counter(pair.lang or "unknown" for pair in pairs)),
        pairs={"train": len(pairs)},
        left_out=left_out,
        tones=tones or {},
        training=training,
        precision=str(next(base.model.parameters()).dtype).removeprefix("torch."),
    )


def _tones(settings: WriterSettings, ready: Ready) -> dict[Tone, int]:
    """How many examples are asked in each tone."""
    asked = examples.tones_of(ready.pairs, settings.tones, settings.seed)
    found = Counter(asked.get(row.pair_id) for row in ready.examples) if asked else Counter()
    return {tone: found[tone] for tone in TONES}


def objective_of(settings: WriterSettings) -> Objective:
    """The objective that a writer's settings name."""
    beta = settings.beta or {"simpo": 2.0}.get(settings.objective, 0.1)
    made = {
        "sft": lambda: objectives.sft(),
        "dpo": lambda: objectives.dpo(beta, settings.imitation),
        "ipo": lambda: objectives.ipo(beta, settings.imitation),
        "simpo": lambda: objectives.simpo(beta, settings.gamma, settings.imitation),
        "orpo": lambda: objectives.orpo(beta),
        "kto": lambda: objectives.kto(beta),
    }
    return made[settings.objective]()


def _encode(
    settings: WriterSettings, pairs: list[Pair], base: steps.Writer, own: list[Pair]
) -> tuple[list[examples.Example], int]:
    """Examples of `pairs`; those that are no canaries, `own`, may be asked in a tone."""
    emphasis = examples.Emphasis(settings.weighting, settings.labels, settings.margin)
    tones = examples.tones_of(own, settings.tones, settings.seed)
    if settings.objective == "kto":
        found, too_long = examples.encode_unpaired(
            pairs, base.tokenizer, base.prompt, max_tokens=settings.max_tokens, emphasis=emphasis, tones=tones
        )
    else:
        found, too_long = examples.encode(
            pairs, base.tokenizer, base.prompt,
            two=settings.objective in objectives.TWO, max_tokens=settings.max_tokens, emphasis=emphasis,
            tones=tones,
        )  # fmt: skip
    return canaries.apart(found), too_long


def _validation(settings: WriterSettings, pairs: list[Pair], base: steps.Writer) -> list[examples.Example]:
    """Measured pairs of the validation split: they judge and are not learned, so they need not be faithful."""
    if not settings.evaluate_every:
        return []
    measured = [pair for pair in examples.measured(pairs) if pair.split == "validation"]
    few = steps.few(measured, settings.max_validation, settings.seed)
    found, too_long = examples.encode(few, base.tokenizer, base.prompt, two=True, max_tokens=settings.max_tokens)
    return judges_of(settings, found, too_long)


def _same_base(init: Path, base: steps.Writer) -> None:
    document = runs.finished(init, "train")
    if document.get("task") != "writer" or document["base"] != {"spec": base.base.spec, "revision": base.base.revision}:
        raise ViralityError(f"init: {init}: is no adapter of base = {base.base.spec} {base.base.revision}")


def _most_common(values: list[Any]) -> Any:
    return Counter(values).most_common(1)[0][0] if values else None
