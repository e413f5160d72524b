"""The assistant: drafts in, rewrites that say the same and are likely to do better out, as they are found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from eval import systems
from eval.score.texts import MOST_CHARACTERS
from eval.suggest import fluency, languages, sidecar
from eval.suggest.asking import history_for, prompt_for
from eval.suggest.choice import Judge, choose
from eval.suggest.drafts import checked, checked_tone, fits
from eval.suggest.fluency import Fluency
from eval.suggest.history import History
from eval.suggest.own_words import wordings
from eval.suggest.records import Answer, Origin, Tone
from train.candidates import gates_of, sample
from train.gate_settings import GateSettings, context
from train.judges import guides
from train.scorers import Scorer, controls
from train.search import Source
from train.steering import UNLED, Steering
from train.steps import Writer, load_scorer, load_writer
from train.taught import Taught, taught
from virality import runs
from virality.errors import ViralityError
from virality.gates import Context
from virality.models.prompts import Prompt
from virality.models.vllm_engine import EngineSetting
from virality.progress import say
from virality.text.lang import detect
from virality.text.platforms import length

ROWS = 64
"""Rewrites that are generated side by side, at most."""
TEMPERATURE = 0.7
"""Of the samples of a writer that learned from posts alone."""
_LABEL = "rewriting"


@dataclass(frozen=True, slots=True)
class Assistant:
    """A writer, and the scorer that chooses among its rewrites.

    Fields:
        writer: ready to write.
        scorer: that chooses; None: the first that pass are suggested, without a probability.
        name: of the writer's run, or the base.
        scorer_name: of the scorer's run; None without one.
        validation: pairs that the scorer was calibrated on; None where it is not known.
        context: thresholds of the gates and what they may ask; platform and language are each draft's own.
        steering: what leads the writer's samples, beside the words that `context` has accounted for.
        temperature: of its samples, where a call says none.
        probe: whether the base is measured before it is asked for a language, see `eval.suggest.fluency`.
    """

    writer: Writer
    scorer: Scorer | None = None
    name: str = ""
    scorer_name: str | None = None
    validation: int | None = None
    context: Context = field(default_factory=gates_of)
    steering: Steering = UNLED
    temperature: float = TEMPERATURE
    probe: bool = True
    _measured: dict[str, Fluency | None] = field(default_factory=dict, repr=False)

    @classmethod
    def open(
        cls,
        run: str | Path,
        scorer: str | Path | None = None,
        *,
        gates: GateSettings | None = None,
        encoder: str | None = None,
        entailment: str | None = None,
        engine: EngineSetting = "transformers",
    ) -> Self:
        """Load what a run trained, to be asked as it was taught.

        A writer that learned from `virality improve` samples and passes gates here by the settings that its rewrites
        had there (`train.taught`); where these runs are gone, as any other, and a line says so. A tone brings words of
        its own, so where one is asked for words need not be accounted for.

        Args:
            run: folder of a writer's run; or whatever else `eval.systems` opens but a file: a base, an adapter.
            scorer: folder of a scorer's run; None: the one that ranked what the writer learned from, if any.
            gates: what a rewrite must hold; None: as it was taught.
            encoder: of sentences, that gates may ask; None: as it was taught, or words decide.
            entailment: a model that gates may ask whether one text follows from the other; None: the same.
            engine: what runs the model.

        Raises:
            ViralityError: the run is no writer's, its base is not here, the scorer is a control, or vLLM is asked for
                by name and cannot lead samples as it was taught.
        """
        path = Path(run).expanduser()
        trained = (path / "run.json").is_file() or not _is_model(str(run))
        system = None if trained else _named(run)
        source = path if system is None else system.run
        if scorer is not None:
            controls.refuse(Path(scorer), "scorer")  # before a model is loaded
        learned = None if source is None else _taught(source)
        if learned is not None and not learned.steering.plain:
            if engine == "vllm":
                raise ViralityError(f"engine = vllm: {run} was taught with samples that vLLM cannot lead; "
                                    "leave engine out")  # fmt: skip
            engine = "transformers"
        writer = load_writer(path, engine=engine) if system is None else systems.opened(system, "ask_en", engine)
        guide = Path(scorer) if scorer is not None else None if source is None else next(guides(source), None)
        if guide is not None:
            controls.refuse(guide, "scorer")
        held = gates or (GateSettings() if learned is None else learned.gates)
        held = held.model_copy(update={"encoder": encoder or held.encoder, "entailment": entailment or held.entailment})
        return cls(
            writer,
            None if guide is None else load_scorer(guide),
            path.name if trained else str(run),
            None if guide is None else guide.name,
            None if guide is None else runs.finished(guide, "train").get("pairs", {}).get("validation"),
            context(held, source),
            UNLED if learned is None else learned.steering,
            TEMPERATURE if learned is None else learned.temperature or TEMPERATURE,
        )

    def suggest(
        self,
        drafts: Iterable[str],
        *,
        platform: str | None = None,
        tone: Tone = "as-is",
        n: int = 3,
        samples: int = 8,
        edits: int = 8,
        alt: str | Iterable[str | None] | None = None,
        history: History | None = None,
        reasons: int = 0,
        seed: int = 0,
        temperature: float | None = None,
        chunk: int = 16,
    ) -> Iterator[Answer]:
        """An answer for each draft, in their order, as soon as it is found.

        A draft that cannot be a post gets an answer that says why; one that is longer than `platform` allows too.

        Args:
            drafts: posts, data and nothing else: what they say is rewritten, never obeyed.
            platform: whose length limit holds; None: that of the training posts, where the draft keeps to it.
            tone: as-is, plain, warm, witty, bold or formal.
            n: suggestions for a draft, at most.
            samples: rewrites that the writer makes of each draft; 0: none.
            edits: candidates made of the draft's own words, at most; they need a scorer that knows the language, and
                the tone as it is.
            alt: what a picture beside the post shows: one text for all drafts, or one a draft.
            history: the author's own posts: they guide the prompt, and their style is a gate (`voice`).
            reasons: words a side, and features a side, that are named for each suggestion; 0: none, which is faster.
            seed: with a draft and its prompt it decides what is written.
            temperature: 0 is greedy and makes one rewrite; None: the assistant's own.
            chunk: drafts that are read and answered together; those of like length are written side by side.

        Raises:
            ViralityError: the platform or tone is not known, or a number is out of range.
        """
        for name, value, least in (("n", n, 1), ("samples", samples, 0), ("edits", edits, 0), ("reasons", reasons, 0),
                                   ("chunk", chunk, 1), ("samples + edits", samples + edits, 1)):  # fmt: skip
            if value < least:
                raise ViralityError(f"{name} = {value}: is at least {least}")
        temperature = self.temperature if temperature is None else temperature
        if not 0 <= temperature <= 5:
            raise ViralityError(f"temperature = {temperature}: is 0 to 5")
        if platform is not None:
            length("", platform)
        asked = _Asked(platform, checked_tone(tone), n, samples, edits, history, reasons, seed, temperature)
        return self._stream(drafts, alt, asked, chunk)

    def sidecar(self, answer: Answer, at: dt.datetime | None = None) -> dict[str, Any]:
        """Who made what is suggested, with which checks: `suggestion.json`. See `eval.suggest.sidecar`."""
        return sidecar.document(answer, self.about(), at)

    def about(self) -> dict[str, Any]:
        """Model, adapter, scorer and gates, as a sidecar names them."""
        return sidecar.makers(self.writer, self.name, self.scorer, self.scorer_name, self.context)

    def _stream(
        self, drafts: Iterable[str], alt: str | Iterable[str | None] | None, asked: _Asked, chunk: int
    ) -> Iterator[Answer]:
        pictures = iter(alt) if alt is not None and not isinstance(alt, str) else None
        rest = iter(drafts)
        while some := list(islice(rest, chunk)):
            told = [alt if pictures is None else next(pictures, None) for _ in some]
            yield from self._answers(some, [one if isinstance(one, str) else None for one in told], asked)

    def _answers(self, drafts: Sequence[str], alts: Sequence[str | None], asked: _Asked) -> list[Answer]:
        found = [self._begun(draft, alt, asked) for draft, alt in zip(drafts, alts, strict=True)]
        open_ = [at for at, one in enumerate(found) if one.reason is None]
        rewrites: dict[int, dict[str, Origin]] = {at: {} for at in open_}
        for at, text in self._samples({at: found[at] for at in open_}, asked):
            rewrites[at].setdefault(text, "sample")
        context = self._held(asked.tone)
        judge = Judge(self.scorer, self.validation, context, asked.history)
        if asked.edits and asked.tone == "as-is" and self.scorer is not None:
            mine = [at for at in open_ if judge.scores(found[at].draft)]
            drafts_ = [Source(found[at].draft, found[at].platform) for at in mine]
            made = wordings(drafts_, self.scorer, context, asked.edits, asked.seed)
            for at, texts in zip(mine, made, strict=True):
                rewrites[at] |= {text: "edit" for text in texts if text not in rewrites[at]}
        chosen = choose([found[at] for at in open_], [rewrites[at] for at in open_], judge, n=asked.n,
                        reasons=asked.reasons)  # fmt: skip
        for at, answer in zip(open_, chosen, strict=True):
            found[at] = answer
        return found

    def _begun(self, draft: str, alt: str | None, asked: _Asked) -> Answer:
        """The answer before anything is written: with a reason, where nothing will be."""
        try:
            cleaned = checked(draft, asked.platform)
        except ViralityError as error:
            return Answer(draft[:MOST_CHARACTERS], [], str(error).removeprefix("draft: "), asked.platform, asked.tone)
        platform = asked.platform or (self.writer.platform if fits(cleaned, self.writer.platform) else None)
        begun = Answer(cleaned, [], None, platform, asked.tone)
        why = languages.refusal(cleaned, self.writer.languages, self._fluency(cleaned), self.writer.base.spec)
        if why is not None:
            return replace(begun, reason=why)
        lang = detect(cleaned)
        told = history_for(asked.history, cleaned, lang)
        return replace(begun, prompt=prompt_for(self.writer, lang, tone=asked.tone, alt=alt, history=told))

    def _samples(self, begun: Mapping[int, Answer], asked: _Asked) -> Iterator[tuple[int, str]]:
        """Each rewrite with the number of its draft; drafts of one prompt and like length side by side."""
        by_prompt: dict[Prompt, list[int]] = {}
        for at, one in begun.items():
            if one.prompt is not None and asked.samples:
                by_prompt.setdefault(one.prompt, []).append(at)
        steering = replace(self.steering, accounted=self._held(asked.tone).accounted)
        width = max(1, ROWS // max(asked.samples, 1))
        for prompt, mine in by_prompt.items():
            mine.sort(key=lambda at: len(begun[at].draft))
            for first in range(0, len(mine), width):
                batch = mine[first : first + width]
                made = sample(replace(self.writer, prompt=prompt), [begun[at].draft for at in batch], label=_LABEL,
                              samples=asked.samples, temperature=asked.temperature, seed=asked.seed,
                              steering=steering)  # fmt: skip
                yield from ((at, one.text) for at, texts in zip(batch, made, strict=True) for one in texts)

    def _held(self, tone: Tone) -> Context:
        """What a rewrite in this tone must hold."""
        return self.context if tone == "as-is" else replace(self.context, accounted=False)

    def _fluency(self, draft: str) -> Fluency | None:
        lang = detect(draft)
        if not self.probe or lang is None:
            return None
        if lang not in self._measured:
            self._measured[lang] = fluency.measure(self.writer, lang)
        return self._measured[lang]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for every draft; see `Assistant.suggest`."""

    platform: str | None
    tone: Tone
    n: int
    samples: int
    edits: int
    history: History | None
    reasons: int
    seed: int
    temperature: float


def _taught(run: Path) -> Taught | None:
    try:
        return taught(run)
    except ViralityError as error:
        if not (run / "run.json").is_file():
            raise
        say(f"  how it was taught cannot be read, so it is asked as any other: {error}")
        return None


def _is_model(spec: str) -> bool:
    """Whether a spec names a model as it is rather than a run: by its form, or by the files of its folder."""
    path = Path(spec).expanduser()
    if path.is_dir():
        return any((path / name).is_file() for name in ("config.json", "adapter_config.json"))
    return spec.startswith(("pypi:", "tiny:")) or (spec.count("/") == 1 and not path.parent.is_dir())


def _named(run: str | Path) -> systems.System:
    system = systems.named("run", str(run))
    if system.kind == "file":
        raise ViralityError(f"{run}: is a table; name a writer's run, or a base")
    return system
