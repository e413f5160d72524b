"""`virality suggest`: one draft, or a file of them, on the terminal or into a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.suggest import table
from eval.suggest.assistant import Assistant
from eval.suggest.drafts import checked, checked_tone
from eval.suggest.history import History
from eval.suggest.lines import as_text
from eval.suggest.table import Drafts, as_line
from train.candidates import length_limit
from train.steps import Writer, load_writer
from virality.atomic import aside, sha256
from virality.errors import ViralityError
from virality.models.generate import generate
from virality.models.prompts import answer, prompt_ids
from virality.progress import bar, say
from virality.text.platforms import length
from virality.text.slots import slot

REASONS = 3
"""Words a side, and features a side, that are named for one draft."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says beside run and draft; see `Assistant.suggest`."""

    scorer: Path | None = None
    platform: str | None = None
    tone: str = "as-is"
    n: int = 3
    samples: int = 8
    edits: int = 8
    alt: str | None = None
    history: Path | None = None
    seed: int = 0
    encoder: str | None = None
    entailment: str | None = None

    def check(self) -> None:
        """Refuse what cannot be asked, before a model is loaded.

        Raises:
            ViralityError: a number is out of range, or the platform or tone is not known.
        """
        for name, value, least in (("n", self.n, 1), ("samples", self.samples, 1), ("edits", self.edits, 0)):
            if value < least:
                raise ViralityError(f"--{name} = {value}: is at least {least}")
        if self.platform is not None:
            length("", self.platform)
        checked_tone(self.tone)

    def asked(self, history: History | None, *, reasons: int) -> dict[str, Any]:
        """As `Assistant.suggest` takes it."""
        return {
            "platform": self.platform,
            "tone": checked_tone(self.tone),
            "n": self.n,
            "samples": self.samples,
            "edits": self.edits,
            "alt": self.alt,
            "history": history,
            "reasons": reasons,
            "seed": self.seed,
        }

    def decisive(self) -> dict[str, Any]:
        """The same as JSON values; posts by their file's hash."""
        history = None if self.history is None else sha256(self.history)
        return {**self.asked(None, reasons=0), "history": history}

    def opened(self, run: str) -> Assistant:
        """The assistant that is asked."""
        return Assistant.open(run, self.scorer, encoder=self.encoder, entailment=self.entailment)


def command(
    run: str,
    drafts: Sequence[str],
    wanted: Wanted,
    *,
    file: Path | None,
    out: Path | None,
    raw: bool,
    as_json: bool,
    fresh: bool,
) -> int:
    """`virality suggest`. Returns the exit code.

    Args:
        run: a writer's run, or a base.
        drafts: one draft, or none with a file.
        wanted: what is asked.
        file: of drafts, in place of one.
        out: of a draft: where `suggestion.json` goes; of a file: where its answers go, `FILE.suggestions.jsonl` by
            default, unless `as_json` asks for them on stdout.
        raw: the writer's greedy text instead, before the gates.
        as_json: a JSON line a draft.
        fresh: replace what another command left at `out`.

    Raises:
        ViralityError: as what is asked.
    """
    wanted.check()
    if file is None:
        if not drafts:
            raise ViralityError("DRAFT: none is given; quote the post, or name a file of them: --file F")
        draft = checked(drafts[0], wanted.platform)
        if raw:
            print(raw_text(draft, load_writer(Path(run), precision="fp32", merge=False)))
            return 0
        return _one(run, draft, wanted, out, as_json)
    if drafts:
        raise ViralityError("--file: gives the drafts, so none is named beside it; leave one of the two out")
    if raw:
        raise ViralityError("--raw: is for one draft alone; leave it out")
    return _many(run, Drafts.of(file), wanted, out, as_json, fresh)


def raw_text(draft: str, writer: Writer) -> str:
    """The writer's greedy text, before the gates: what the card's quick start prints."""
    slotted = slot(checked(draft, None))
    limit = length_limit(len(writer.tokenizer(slotted.text)["input_ids"]))
    ids = prompt_ids(writer.tokenizer, writer.prompt, slotted.text)
    made = generate(writer.model, writer.tokenizer, [ids], samples=1, temperature=0, max_new_tokens=[limit])
    return answer(writer.tokenizer, made[0][0].text, slotted)


def _one(run: str, draft: str, wanted: Wanted, out: Path | None, as_json: bool) -> int:
    history = None if wanted.history is None else History.read(wanted.history)
    assistant = wanted.opened(run)
    (found,) = assistant.suggest([draft], **wanted.asked(history, reasons=0 if as_json else REASONS))
    print(as_line(found) if as_json else as_text(found))
    if out is not None:
        with aside(out) as path:
            path.write_text(json.dumps(assistant.sidecar(found), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _many(run: str, drafts: Drafts, wanted: Wanted, out: Path | None, as_json: bool, fresh: bool) -> int:
    history = None if wanted.history is None else History.read(wanted.history)
    assistant = wanted.opened(run)
    asked = wanted.asked(history, reasons=0)
    if out is None and as_json:
        for one in bar(table.answers(assistant, drafts, asked), "suggest", drafts.count, "drafts"):
            print(as_line(one), flush=True)
        return 0
    out = drafts.path.with_name(f"{drafts.path.name}.suggestions.jsonl") if out is None else out
    done = table.write(assistant, drafts, out, asked, wanted.decisive(), fresh=fresh)
    told = f"{done['drafts']:,} draft{'s' * (done['drafts'] != 1)}, {done['answered']:,} with a suggestion -> {out}"
    (say if as_json else print)(told)
    return 0
