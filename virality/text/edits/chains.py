"""All operations by name, and chains of them: plain restatements of a post, livelier wordings, every next step."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from virality.text.edits import (
    arabic,
    arabic_words,
    cases,
    clauses,
    headlines,
    marks,
    news,
    nouns,
    order,
    plainer,
    sentence,
    speech,
    tags,
    wording,
)
from virality.text.edits.parts import Edit, Edits
from virality.text.normalise import fold
from virality.text.similarity import edit_ratio
from virality.text.slots import restore, slot

PLAINER: dict[str, Edit] = {
    "calm": marks.calm,
    "unshout": marks.unshout,
    "spell_out": plainer.spell_out,
    "hook_last": order.hook_last,
    "join": sentence.join,
    "plain_marks": marks.plain_marks,
    "unfill": plainer.unfill,
}

LIVELIER: dict[str, Edit] = {
    "hook_first": order.hook_first,
    "question_first": order.question_first,
    "number_first": order.number_first,
    "emphatic": marks.emphatic,
    "split": sentence.split,
    "break_lines": sentence.break_lines,
    "shorter": plainer.shorter,
    "contract": plainer.contract,
}


_ARABIC = re.compile("[\u0620-\u064a]{2}")


def _once(edit: Edit) -> Edits:
    """An operation of one answer as one of several."""

    def several(text: str) -> Iterator[str]:
        if (out := edit(text)) is not None:
            yield out

    return several


def _english(edits: Edits) -> Edits:
    """An operation that leaves posts with Arabic words alone."""

    def several(text: str) -> Iterator[str]:
        if not _ARABIC.search(text):
            yield from edits(text)

    return several


_ANY: dict[str, Edits] = {
    "calm": _once(marks.calm),
    "emphatic": _once(marks.emphatic),
    "hook_last": _once(order.hook_last),
    "hook_first": _once(order.hook_first),
    "question_first": _once(order.question_first),
    "number_first": _once(order.number_first),
    "quote_first": _once(order.quote_first),
    "swap_sentences": order.swaps,
    "join_sentences": sentence.joins,
    "break_lines": _once(sentence.break_lines),
    "one_line": _once(sentence.one_line),
    "link_placed": tags.link_placed,
    "tags_last": tags.tags_last,
    "tags_first": tags.tags_first,
    "tag_as_word": tags.tag_as_word,
    "via_last": tags.via_last,
    "via_first": tags.via_first,
}
_IN_ENGLISH: dict[str, Edits] = {
    "unshout": _once(marks.unshout),
    "spell_out": _once(plainer.spell_out),
    "join": _once(sentence.join),
    "plain_marks": _once(marks.plain_marks),
    "unfill": _once(plainer.unfill),
    "split": _once(sentence.split),
    "shorter": _once(plainer.shorter),
    "contract": _once(plainer.contract),
    "cut_sentence": sentence.cuts,
    "link_first": clauses.link_first,
    "link_last": clauses.link_last,
    "time_first": clauses.time_first,
    "time_last": clauses.time_last,
    "speaker_last": speech.speaker_last,
    "speaker_first": speech.speaker_first,
    "label_last": speech.label_last,
    "label_first": speech.label_first,
    "quotes": speech.quotes,
    "link_led": tags.link_led,
    "throat": plainer.unclear_throat,
    "plain_words": _once(wording.plain_words),
    "same_words": wording.same_words,
    "figures": wording.figures,
    "sentence_case": _once(cases.sentence_case),
    "title_case": _once(cases.title_case),
    "lists": headlines.lists,
    "meets": headlines.meets,
    "points": headlines.points,
    "why_last": headlines.why_last,
    "source_placed": headlines.source_placed,
    "tense": news.tense,
    "and_swapped": nouns.and_swapped,
    "owners": nouns.owners,
    "reduced": nouns.reduced,
}
_IN_ARABIC: dict[str, Edits] = {
    "ar_verb_first": arabic.verb_first,
    "ar_adjunct_first": arabic.adjunct_first,
    "ar_adjunct_last": arabic.adjunct_last,
    "ar_media": arabic.media_placed,
    "ar_speaker_last": arabic.speaker_last,
    "ar_outlet_first": arabic.outlet_first,
    "ar_told_last": arabic.told_last,
    "ar_plainer": arabic_words.plainer,
    "ar_same_words": arabic_words.same_words,
    "ar_light_verb": arabic_words.light_verb,
    "ar_and_swapped": arabic_words.and_swapped,
}
OPERATIONS: dict[str, Edits] = _ANY | {name: _english(edits) for name, edits in _IN_ENGLISH.items()} | _IN_ARABIC
"""Every operation by name, as one that may answer several times."""

CUTTING = ("unfill", "shorter", "contract", "throat", "tag_as_word", "ar_plainer")
"""Operations that only leave out or shorten."""

LOUD = ("emphatic",)
"""Operations that only make a post louder."""

EMPTY = ("link_led",)
"""Operations that add words that say nothing, or take them away ('Read more here:')."""

NOTATION = ("figures",)
"""Operations that write the same number in letters or digits."""

_PLAIN_CHAINS: tuple[str, ...] = (
    "throat", "calm", "unshout", "plain_words", "unfill", "spell_out", "label_last", "link_last", "time_last",
    "speaker_first", "via_last", "tags_last", "hook_last", "join", "plain_marks", "tag_as_word", "link_first",
    "time_first", "sentence_case", "link_placed", "figures", "ar_plainer", "ar_adjunct_last", "ar_media",
    "ar_verb_first", "ar_adjunct_first", "ar_same_words", "same_words",
)  # fmt: skip
"""Operations of a plain restatement made backwards, in the order in which they are tried."""


_AGAIN = ("same_words", "ar_same_words", "tense", "reduced")
"""Operations that a chain may use more than once."""
_EITHER = (
    ("sentence_case", "title_case"),
    ("break_lines", "one_line"),
    ("label_last", "label_first", "source_placed", "quotes", "link_last"),
    ("source_placed", "join_sentences"),
    ("speaker_last", "speaker_first"),
    ("link_first", "link_last"),
    ("time_first", "time_last"),
    ("hook_first", "hook_last", "swap_sentences", "question_first", "number_first", "quote_first"),
    ("join", "join_sentences", "split", "cut_sentence", "plain_marks"),
    ("spell_out", "contract", "shorter"),
    ("tags_first", "tags_last", "link_placed", "via_first", "via_last", "tag_as_word"),
    ("points", "why_last", "meets", "lists"),
    ("ar_adjunct_first", "ar_adjunct_last", "ar_told_last"),
    ("ar_media", "ar_speaker_last", "ar_told_last"),
    ("ar_outlet_first", "ar_told_last"),
)
"""Operations of which a chain uses one: a second would undo the first, or pile up."""
_GROUPS = {name: {other for group in _EITHER if name in group for other in group} for name in OPERATIONS}


def may_follow(chain: Sequence[str], name: str) -> bool:
    """Whether an operation may go on from a chain: none twice, none that would undo another of its group."""
    return name in _AGAIN or (_GROUPS[name] | {name}).isdisjoint(chain)


def expand(text: str, names: tuple[str, ...] = tuple(OPERATIONS)) -> list[tuple[str, str]]:
    """(operation, the text changed once) for all that the named operations answer, each text once."""
    found: dict[str, str] = {}
    for name in names:
        for out in OPERATIONS[name](text):
            if out != text and out.strip():
                found.setdefault(out, name)
    return [(name, out) for out, name in found.items()]


def restate(post: str, seed: int) -> str | None:
    """A plain restatement of `post` by rules, or None where no rule applies. Links and handles are left alone.

    Each rule that applies is used with probability 0.6, in a fixed order, so that the writer meets drafts of many
    degrees of plainness. The caller runs the gates: a rule may lose more than it should.
    """
    generator = random.Random(seed)
    slotted = slot(post)
    out = slotted.text
    for edit in PLAINER.values():
        if generator.random() < 0.6:
            out = edit(out) or out
    return restore(out, slotted) if out != slotted.text else None


def restate_backwards(post: str, seed: int, *, least: float = 0.15, keeps: Callable[[str], bool]) -> str | None:
    """A plain restatement of a good post that differs by an edit ratio of at least `least`; None where none is found.

    Operations that make plain are tried in turn, each with probability 0.8, one answer each; a step that `keeps` (the
    gates) refuses is taken back. What is left once all were tried is answered where it differs enough; three rounds.
    """
    slotted = slot(post)
    for turn in range(3):
        generator = random.Random(f"{seed}:{turn}")
        now = slotted.text
        chain: list[str] = []
        for name in _PLAIN_CHAINS:
            if not may_follow(chain, name) or (turn < 2 and generator.random() > 0.8):
                continue
            steps = [out for out in OPERATIONS[name](now) if out.strip()]
            generator.shuffle(steps)
            for out in steps[:2]:
                same = fold(restore(out, slotted)) == fold(post)
                if same or keeps(restore(out, slotted)):
                    now = out
                    chain.append(name)
                    break
        made = restore(now, slotted)
        if edit_ratio(made, post) >= least and fold(made) != fold(post) and keeps(made):
            return made
    return None
