"""No word of the draft is misspelt: 'rappers' must not become 'rapers', nor 'treats' 'treates'.

A small writer at a high temperature loses letters, and what is left may be another word, or none.
"""

from __future__ import annotations

import re

from virality.gates import lexicon
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import language_of
from virality.text.edits.parts import common_words

GATE = "spelling"
_WORD = re.compile(r"(?<![\w@#<'’./-])[A-Za-z]{5,30}(?![\w'’>/-]|\.\w)")
_SPELLED_TWICE = (("our", "or"), ("ll", "l"), ("is", "iz"), ("ys", "yz"), ("ogue", "og"), ("ae", "e"))
"""British and American: the same word."""


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a new word, in no list, that is a word of the draft but for one letter inside; English.

    The draft's word must be gone. What only has another ending is a form of it, and both spellings of a word are one.
    """
    if language_of(draft, rewrite, context.lang) != "en":
        return not_checked(GATE, "words are listed of English alone")
    before = list(dict.fromkeys(word.lower() for word in _WORD.findall(draft)))
    after = list(dict.fromkeys(word.lower() for word in _WORD.findall(rewrite)))
    gone = [word for word in before if word not in after]
    for new in after:
        if _is_listed(new) or any(new.startswith(word) or word.startswith(new) for word in before):
            continue
        meant = next((word for word in gone if _slipped(word, new)), None)
        if meant is not None:
            return failed(GATE, f"{new} looks like {meant} misspelt", new)
    return Verdict(GATE, "pass")


def _is_listed(word: str) -> bool:
    return word in common_words() or word in lexicon.data("wordnet")["senses"]


def _slipped(word: str, new: str) -> bool:
    """Whether `new` is `word` with one letter lost, added, exchanged or two turned round, other than by an ending."""
    if any(word.replace(one, other) == new.replace(one, other) for one, other in _SPELLED_TWICE):
        return False
    short, long = sorted((word, new), key=len)
    if len(long) == len(short):
        apart = [at for at, (one, other) in enumerate(zip(word, new, strict=True)) if one != other]
        turned = len(apart) == 2 and apart[1] == apart[0] + 1 and word[apart[0]] == new[apart[1]]
        return (len(apart) == 1 and apart[0] < len(word) - 1) or (turned and word[apart[1]] == new[apart[0]])
    if len(long) - len(short) != 1:
        return False
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
