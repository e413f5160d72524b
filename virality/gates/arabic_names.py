"""Names in Arabic, which has no capitals: for the names gate.

They are those of a list, what stands after a title, a relation or a word such as 'company', what is quoted, and a word
that alone has changed in a name's place.
"""

from __future__ import annotations

import re

from virality.gates.alignment import replaced, unmatched
from virality.gates.lexicon import same
from virality.gates.verdict import Verdict, counted, failed, not_checked
from virality.gates.wording import says_nothing
from virality.text.arabic_names import after_cues, find_arabic_names, named, people, without_particles
from virality.text.normalise import fold
from virality.text.vocabulary import vocabulary

GATE = "names"
_FEW = 2
_VERBS = ("ي", "س", "بي", "بت", "هي")
_SAID = vocabulary(
    "قال قالت ذكر ذكرت يمكن ممكن ربما صار صارت كان كانت حاليا تقريبا نحو حوالي ايضا مجددا ريت عايز عايزه طالب"
)
"""Words that stand in a name's place and are none."""
LISTS = (_VERBS, tuple(sorted(_SAID)))
_QUOTED = re.compile(r"[«“\"]([^«»“”\"]{2,40})[»”\"]")
_LONGEST_TITLE = 4


def check(draft: str, rewrite: str) -> Verdict:
    """Fails on a name of one text that the other has in no form; 'not_checked' where the draft has none known."""
    before, after = find_arabic_names(draft), find_arabic_names(rewrite)
    there, here = _standing(draft), _standing(rewrite)
    if new := [name for name in dict.fromkeys(after) if name not in before and not _all_in(name, there)]:
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := [name for name in dict.fromkeys(before) if name not in after and not _all_in(name, here)]:
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if new := [
        *_strangers(rewrite, draft, there, here),
        *(name for name in _titles(rewrite) if not _all_in(name, there)),
    ]:
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := [word for word in (*_parts(draft), *_titles(draft)) if not _all_in(word, here)]:
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if lost := _dropped(draft, rewrite, here):
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if swapped := _after_a_cue(draft, rewrite, there, here) or _in_place(draft, rewrite):
        return failed(GATE, f"{swapped[0]!r} became {swapped[1]!r}", *swapped)
    if not before and not people(draft) and not after_cues(draft):
        return not_checked(GATE, "no name is known here: Arabic has no capitals to know names by")
    return Verdict(GATE, "pass")


def _parts(text: str) -> list[str]:
    return [word for person in people(text) for word in person]


def _strangers(rewrite: str, draft: str, there: frozenset[str], here: frozenset[str]) -> list[str]:
    """Words of persons of the rewrite that are not in the draft.

    What stands after a given name of the draft may be another word about that person ('ميار البالغة'): it is a name
    only where one that the draft has there is gone.
    """
    found: list[str] = []
    known = [person for person in people(draft) if len(person) > 1]
    for person in people(rewrite):
        new = [word for word in person if not _all_in(word, there)]
        instead = any(one[0] == person[0] and any(not _all_in(word, here) for word in one) for one in known)
        if new and (person[0] in new or instead) and (len(new) == len(person) or instead):
            found += new
    return found


def _titles(text: str) -> list[str]:
    """What is quoted and short enough for the title of a work or a name."""
    return [fold(quoted) for quoted in _QUOTED.findall(text) if len(quoted.split()) <= _LONGEST_TITLE and fold(quoted)]


def _standing(text: str) -> frozenset[str]:
    """Every folded word of a text, with and without glued particles and article."""
    return frozenset(form for token in fold(text).split() for form in _forms(token))


def _forms(token: str) -> list[str]:
    forms = without_particles(token)
    return forms + [form[2:] for form in forms if form.startswith("ال") and len(form) > 3]


def _all_in(name: str, words: frozenset[str]) -> bool:
    return all(not words.isdisjoint(_forms(part)) for part in name.split())


def _after_a_cue(draft: str, rewrite: str, there: frozenset[str], here: frozenset[str]) -> tuple[str, str] | None:
    """The names after one and the same cue, where that of the draft is gone and that of the rewrite is new."""
    before, after = after_cues(draft), after_cues(rewrite)
    for cue, names in before.items():
        gone = [name for name in names if not _all_in(name, here)]
        new = [name for name in after.get(cue, ()) if not _all_in(name, there)]
        for one, other in zip(gone, new, strict=False):
            if _nouns(one, other) and not same(one, other, "ar"):
                return one, other
    return None


def _dropped(draft: str, rewrite: str, here: frozenset[str]) -> list[str]:
    """What stands after such a cue in the draft, and the rewrite has neither it nor another word for it."""
    gone = [name for name in named(draft) if not says_nothing(name, "ar") and not _all_in(name, here)]
    return [name for name in gone if not any(same(name, word, "ar") for word in here)]


def _in_place(draft: str, rewrite: str) -> tuple[str, str] | None:
    """A word that alone has changed in its place, where a text keeps nearly all of its words and neither is a verb."""
    gone, new = unmatched(draft, rewrite, "ar")
    pair = replaced(draft, rewrite, "ar") if len(gone) <= _FEW and len(new) <= _FEW else None
    return pair if pair is not None and _nouns(*pair) else None


def _nouns(*words: str) -> bool:
    """Whether folded words may be names: no verbs by their form, no function words."""
    return not any(word.startswith(_VERBS) or word in _SAID or says_nothing(word, "ar") for word in words)
