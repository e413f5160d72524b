"""Operations on a post's own wording: they move, join, split, shorten and mark words, and add no fact.

Two families. `PLAINER` takes the force out of a post (the rules behind `paraphrase` pairs, where the base model is
too weak to restate). `LIVELIER` gives it force (candidates that gates and scorer then choose from). Every operation
answers None where it does not apply. They know English wording; on other languages most of them do not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from virality.text.normalise import sentences, without_mentions
from virality.text.slots import SLOT, restore, slot
from virality.text.vocabulary import vocabulary

Edit = Callable[[str], str | None]

_FILLERS = re.compile(
    r"(?<!\bnot )(?<!n['’]t )\b(?:very|really|truly|totally|absolutely|actually|basically|simply|in fact,?|of course,?"
    r"|just(?! (?:as|like|in|because|about)\b)|quite(?! (?:a|an|the)\b)"
    r"|so(?! (?:that|far|much|many|long|as|what|called|is|are|be|do)\b))\s+",
    re.IGNORECASE,
)
_CONTRACTIONS = (
    ("can't", "cannot"), ("won't", "will not"), ("don't", "do not"), ("doesn't", "does not"), ("didn't", "did not"),
    ("isn't", "is not"), ("aren't", "are not"), ("wasn't", "was not"), ("weren't", "were not"),
    ("haven't", "have not"), ("hasn't", "has not"), ("couldn't", "could not"), ("shouldn't", "should not"),
    ("wouldn't", "would not"), ("I'm", "I am"), ("I've", "I have"), ("I'll", "I will"), ("you're", "you are"),
    ("we're", "we are"), ("we've", "we have"), ("they're", "they are"), ("it's", "it is"), ("that's", "that is"),
    ("let's", "let us"), ("what's", "what is"), ("there's", "there is"),
)  # fmt: skip
_SHORTHAND = (
    (r"\s&\s", " and "),
    (r"\bw/o\b", "without"),
    (r"\bw/\s?", "with "),
    (r"\bppl\b", "people"),
    (r"\bthx\b", "thanks"),
)
_TAIL = re.compile(r"(?:\s*(?:https?://\S+|<link\d+>|[@#][\w.]+))+\s*$")
_OPENERS = vocabulary("The A An This That These Those It We They He She You My Our His Her Their There")
_EXCLAIMED = vocabulary("Thank Thanks Congratulations Wow")
_HAS = r"(?!\s+(?:been|got|had|gone|become|come|taken|made|done|never|always)\b)"
"""After it's, that's, what's, there's: there the 's is 'has'."""


def _tail(text: str) -> tuple[str, str]:
    """The post without the links, handles and hashtags that end it, and those (with the blank before them)."""
    found = _TAIL.search(text)
    return (text[: found.start()], text[found.start() :]) if found and found.start() > 0 else (text, "")


def _swap(text: str, pairs: Iterable[tuple[str, str]], followed: Callable[[str], str]) -> str | None:
    """`text` with the first of each pair replaced by the second, where what `followed` answers for it comes after."""
    out = text
    for before, after in pairs:
        pattern = rf"(?<!\w){re.escape(before)}(?!\w){followed(before)}".replace("'", "['’]")
        parts = re.split(f"({pattern})", out, flags=re.IGNORECASE)
        out = "".join(_cased(part, after) if at % 2 else part for at, part in enumerate(parts))
    return out if out != text else None


def _cased(model: str, word: str) -> str:
    if model.isupper() and len(model) > 2:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def _reordered(text: str, order: Callable[[list[str]], list[str]]) -> str | None:
    body, tail = _tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body:
        return None
    parts[-1] = parts[-1] if parts[-1][-1:] in ".!?…\"”'" else f"{parts[-1]}."
    moved = order(list(parts))
    return f"{' '.join(moved)}{tail}" if moved != parts else None


def calm(text: str) -> str | None:
    """Exclamation marks become full stops, runs of them and of question marks become one."""
    out = re.sub(r"\?[!?]+|![!?]*\?[!?]*", "?", text)
    out = re.sub(r"!+(?=\s+[a-z])", ",", out)
    out = re.sub(r"!+", ".", out)
    return out if out != text else None


def unshout(text: str) -> str | None:
    """Two or more words in capitals side by side go to lower case; a single one may be an acronym (NASA) and stays."""
    run = re.compile(r"(?<![@#\w])[A-Z][A-Z'’]+(?:[\s,]+[A-Z][A-Z'’]+)+\b")

    def lower(found: re.Match[str]) -> str:
        at_start = found.start() == 0 or text[: found.start()].rstrip()[-1:] in ".!?"
        quiet = re.sub(r"\bi(?=\b|['’])", "I", found[0].lower())
        return quiet[:1].upper() + quiet[1:] if at_start else quiet

    out = run.sub(lower, text)
    return out if out != text else None


def spell_out(text: str) -> str | None:
    """Contractions and shorthand are written in full: don't -> do not, & -> and."""
    out = _swap(text, _CONTRACTIONS, lambda short: _HAS if short.endswith("'s") else "") or text
    for pattern, word in _SHORTHAND:
        out = re.sub(pattern, word, out, flags=re.IGNORECASE)
    return out if out != text else None


def hook_last(text: str) -> str | None:
    """The first sentence moves to the end."""
    return _reordered(text, lambda parts: [*parts[1:], parts[0]])


def join(text: str) -> str | None:
    """The first two sentences are joined with 'and', where neither is a question."""
    body, tail = _tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body or "?" in parts[0] + parts[1] or len(parts[1].split()) < 3:
        return None
    if parts[1].split()[0] not in _OPENERS or parts[0].split()[0].rstrip(",!") in _EXCLAIMED:
        return None
    second = parts[1][0].lower() + parts[1][1:]
    return " ".join([f"{parts[0].rstrip('.!')} and {second}", *parts[2:]]) + tail


def plain_marks(text: str) -> str | None:
    """Dashes, ellipses and quotation marks around single words become plain punctuation."""
    out = re.sub(r"\s*(?:--+|—|–)\s*(?=\S)|\s-\s(?=\S)", ", ", text)
    out = re.sub(r"\s*(?:\.{2,}|…)\s*(?=\w)", ", ", out)
    out = re.sub(r"(?:\.{2,}|…)", ".", out)
    out = re.sub(r"[\"“](\w+)[\"”]", r"\1", out)
    return out if out != text else None


def unfill(text: str) -> str | None:
    """Words that only press (very, really, just, so) are left out."""
    out = _FILLERS.sub("", text)
    out = out[:1].upper() + out[1:] if text[:1].isupper() else out
    return out if out != text and out.strip() else None


def contract(text: str) -> str | None:
    """Do not -> don't: the spoken form; never at the end of a sentence ('so it is')."""
    return _swap(
        text, [(long, short) for short, long in _CONTRACTIONS], lambda long: "" if "not" in long else r"(?=\s+\w)"
    )


def hook_first(text: str) -> str | None:
    """The last sentence moves to the front, where it is short."""
    return _reordered(text, lambda parts: [parts[-1], *parts[:-1]] if len(parts[-1].split()) <= 9 else parts)


def question_first(text: str) -> str | None:
    """The first question in the post moves to the front."""
    return _reordered(text, lambda parts: sorted(parts, key=lambda part: not part.rstrip("\"”'").endswith("?")))


def number_first(text: str) -> str | None:
    """The first sentence with a number moves to the front."""
    return _reordered(text, lambda parts: sorted(parts, key=lambda part: not _states_number(part)))


def _states_number(sentence: str) -> bool:
    """Links, handles and their slots (`<link1>`, `@1`) hold digits that say nothing."""
    return re.search(r"\d", SLOT.sub(" ", without_mentions(sentence))) is not None


def emphatic(text: str) -> str | None:
    """The last sentence ends with an exclamation mark."""
    body, tail = _tail(text)
    trimmed = body.rstrip()
    if not trimmed or trimmed[-1] in '!?…:"”' or (not trimmed[-1].isalnum() and trimmed[-1] != "."):
        return None
    return f"{trimmed.rstrip('.')}!{tail}"


def split(text: str) -> str | None:
    """A long sentence is cut before its ', and', ', but' or '; '."""
    found = re.search(r"(?<=\w)(?:,\s+(and|but|so)\s+|;\s+)(?=\w)", text)
    if found is None or len(text[: found.start()].split()) < 4 or len(text[found.end() :].split()) < 4:
        return None
    rest = text[found.end() :]
    opening = f"{found[1].capitalize()} {rest}" if found[1] in {"but", "so"} else rest[0].upper() + rest[1:]
    return f"{text[: found.start()]}. {opening}"


def break_lines(text: str) -> str | None:
    """Each sentence stands on a line of its own."""
    body, tail = _tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body:
        return None
    return "\n".join(parts) + (f"\n{tail.strip()}" if tail.strip() else "")


def shorter(text: str) -> str | None:
    """Fillers go and the spoken form is used."""
    out = unfill(text) or text
    out = contract(out) or out
    return out if len(out) < len(text) else None


PLAINER: dict[str, Edit] = {
    "calm": calm,
    "unshout": unshout,
    "spell_out": spell_out,
    "hook_last": hook_last,
    "join": join,
    "plain_marks": plain_marks,
    "unfill": unfill,
}

LIVELIER: dict[str, Edit] = {
    "hook_first": hook_first,
    "question_first": question_first,
    "number_first": number_first,
    "emphatic": emphatic,
    "split": split,
    "break_lines": break_lines,
    "shorter": shorter,
    "contract": contract,
}


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


def candidates(draft: str, most: int, seed: int) -> list[str]:
    """Up to `most` different livelier wordings of `draft`: every single edit, then random pairs of edits."""
    generator = random.Random(seed)
    slotted = slot(draft)
    out: dict[str, None] = {}
    names = list(LIVELIER)
    chains = [(name,) for name in names]
    doubles = [(one, two) for one in names for two in names if one != two]
    generator.shuffle(doubles)
    for chain in [*chains, *doubles]:
        if len(out) >= most:
            break
        text: str | None = slotted.text
        for name in chain:
            text = LIVELIER[name](text) if text is not None else None
        if text is not None and text != slotted.text:
            out[restore(text, slotted)] = None
    return list(out)
