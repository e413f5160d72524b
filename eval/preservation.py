"""What returned rewrites keep of their drafts: facts, meaning, language; and what they claim anew."""

from __future__ import annotations

from eval import fact_match, meaning
from eval.records import Figure
from eval.returned import Returned
from virality.gates import Context
from virality.gates import language as language_gate
from virality.models.encoder import Encoder
from virality.text.normalise import with_plain_links

_NOT_KNOWN = "content words are known for English and Arabic, and no draft is known to be in either"


def figures(returned: Returned, encoder: Encoder | None = None) -> list[Figure]:
    """Facts, the stand-in for two-way entailment, new claims and language kept; each missing where nothing tells.

    `writer.facts.KIND`: mean exact F1 over the rewrites of which draft or rewrite states such a fact.
    `writer.meaning.kept`: share of rewrites that entail their draft. `writer.meaning.added`: share that their draft
    does not entail. `writer.new_claims`: share with a new fact, or a sentence that is mostly new.
    `writer.language_kept`: share in the draft's language and script, of those whose language can be told.

    Args:
        returned: rewrites beside drafts.
        encoder: of both languages where there is one, for the stand-in.
    """
    return [
        *(_facts(kind, returned) for kind in fact_match.KINDS),
        *_meaning(returned, encoder),
        returned.figure(
            "language_kept",
            language_kept(returned),
            note="same script and same detected language as the draft, of the rewrites whose language can be told",
            why="of no rewrite can the language be told",
        ),
    ]


def language_kept(returned: Returned) -> list[float | None]:
    """1 where the language gate passes, 0 where it fails, None where it cannot tell: (N,)."""
    verdicts = [
        language_gate.check(draft, rewrite, Context(lang=lang))
        for draft, rewrite, lang in zip(returned.drafts, returned.rewrites, returned.langs, strict=True)
    ]
    return [None if one.state == "not_checked" else float(one.state == "pass") for one in verdicts]


def _facts(kind: str, returned: Returned) -> Figure:
    found = [
        fact_match.f1(kind, draft, rewrite) for draft, rewrite in zip(returned.drafts, returned.rewrites, strict=True)
    ]
    some = sum(value is not None for value in found)
    note = f"mean exact F1; {some:,} of {len(found):,} rewrites or their drafts have {kind}"
    if kind == "names":
        note += "; in Arabic, names of a list"
    return returned.figure(f"facts.{kind}", found, note=note, why=f"no draft and no rewrite has {kind}")


def _meaning(returned: Returned, encoder: Encoder | None) -> list[Figure]:
    near = _cosines(returned, encoder)
    rows = list(zip(returned.drafts, returned.rewrites, returned.langs, near, strict=True))
    asked = [(draft, rewrite, meaning.language(draft, rewrite, lang), cosine) for draft, rewrite, lang, cosine in rows]
    kept = [None if lang is None else float(meaning.entails(rewrite, draft, lang, cosine))
            for draft, rewrite, lang, cosine in asked]  # fmt: skip
    added = [None if lang is None else float(not meaning.entails(draft, rewrite, lang, cosine))
             for draft, rewrite, lang, cosine in asked]  # fmt: skip
    new = [
        None if lang is None else float(meaning.new_claim(draft, rewrite, lang)) for draft, rewrite, lang, _ in asked
    ]
    spec = encoder.found.spec if encoder is not None else None
    claims = "a new number, link, handle or name, or a sentence most of whose content words are not in the draft"
    return [
        returned.figure("meaning.kept", kept, note=_said("kept", spec), why=_NOT_KNOWN),
        returned.figure("meaning.added", added, note=_said("added", spec), why=_NOT_KNOWN),
        returned.figure("new_claims", new, note=claims, why=_NOT_KNOWN),
    ]


def _cosines(returned: Returned, encoder: Encoder | None) -> list[float | None]:
    """Of each draft's and its rewrite's embeddings; None without an encoder: (N,)."""
    if encoder is None or not returned.drafts:
        return [None] * len(returned.drafts)
    first, second = (encoder.encode([with_plain_links(text) for text in texts])
                     for texts in (returned.drafts, returned.rewrites))  # fmt: skip
    return [float(one) for one in (first * second).sum(1)]


def _said(figure: str, spec: str | None) -> str:
    """What the stand-in is, and how often it errs."""
    errors = meaning.ERRORS.get(spec, {}).get(figure)
    known = "its errors with this encoder are not known" if errors is None else (
        f"on hand-labelled pairs that differ in little it missed {errors.missed} of {errors.harms} "
        f"and raised {errors.false_alarms} false alarms in {errors.sound}"
    )  # fmt: skip
    made = "of words" if spec is None else f"of words and the embeddings of {spec}"
    return f"a stand-in for entailment, made {made}, blind to who does what to whom; {known}"
