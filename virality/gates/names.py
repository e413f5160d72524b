"""Names stay: people, places, organisations and products, by their capitals, by lists and by the words before them.

Capitals mark names in Latin, Cyrillic and Greek script. In Arabic they are those of a list, what stands after a title
or a word such as 'company', what is quoted, and a word that alone has changed in a name's place.
"""

from __future__ import annotations

import re

from virality.gates.alignment import replaced, unmatched
from virality.gates.lexicon import data, same
from virality.gates.verdict import Context, Verdict, counted, failed, not_checked
from virality.gates.wording import STOP_WORDS
from virality.text.arabic_names import after_cues, find_arabic_names, people, without_particles
from virality.text.facts import case_says, facts
from virality.text.lang import script
from virality.text.normalise import fold
from virality.text.vocabulary import vocabulary

GATE = "names"
TITLES = vocabulary(
    "president mr mrs ms miss dr prof professor sir lady sen senator rep gov governor king queen prince",
    "pope judge general captain minister mayor secretary",
)
ALIASES = (
    ("us", "usa", "united states", "america"),
    ("uk", "united kingdom", "britain"),
    ("eu", "european union"),
    ("un", "united nations"),
)
DATES = vocabulary(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays",
    "sundays january february march april may june july august september october november december mon tue tues wed",
    "thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec christmas easter ramadan",
)
"""Words with a capital that are no names; another gate looks at dates."""

LISTS = (tuple(sorted(TITLES)), ALIASES, tuple(sorted(DATES)))
_FEW = 2
_VERBS = ("ي", "س", "بي", "بت", "هي")
_CASED = frozenset(("latin", "cyrillic", "greek"))
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")
_QUOTED = re.compile(r"[«“\"]([^«»“”\"]{2,40})[»”\"]")
_LONGEST_TITLE = 4
_LONGEST_ACRONYM = 3
"""Letters up to which capitals are believed to be an acronym, whatever word they spell."""


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a name of one text whose words are not all in the other, in any case.

    Titles ('President') may come and go, an acronym may be written out. Where capitals say nothing (shouting, Title
    Case; Arabic without a name that is known) only what can be seen is compared, and the verdict is 'not_checked'.
    """
    before, after = _names(draft), _names(rewrite)
    if new := _missing(_no_words(after), draft):
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := _missing(before, rewrite):
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if (kind := script(draft)) == "arabic":
        return _arabic(draft, rewrite)
    if kind not in _CASED:
        return not_checked(GATE, f"the script ({kind or 'none'}) has no capitals to know names by")
    if not case_says(draft) or not case_says(rewrite):
        return not_checked(GATE, "capitals say nothing here: shouted, Title Case or all lower case")
    return Verdict(GATE, "pass")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in facts(text).names if name.lower() not in DATES)


def _no_words(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without plain words in capitals ('STILL')."""
    return tuple(n for n in names if not (n.isupper() and len(n) > _LONGEST_ACRONYM and _is_a_word(n.lower())))


def _is_a_word(word: str) -> bool:
    return word in STOP_WORDS["en"] or word in data("wordnet")["senses"]


def _arabic(draft: str, rewrite: str) -> Verdict:
    before, after = find_arabic_names(draft), find_arabic_names(rewrite)
    there, here = _standing(draft), _standing(rewrite)
    if new := [name for name in dict.fromkeys(after) if name not in before and not _all_in(name, there)]:
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := [name for name in dict.fromkeys(before) if name not in after and not _all_in(name, here)]:
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if new := [word for word in (*people(rewrite), *_titles(rewrite)) if not _all_in(word, there)]:
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := [word for word in (*people(draft), *_titles(draft)) if not _all_in(word, here)]:
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if swapped := _after_a_cue(draft, rewrite, there, here) or _in_place(draft, rewrite):
        return failed(GATE, f"{swapped[0]!r} became {swapped[1]!r}", *swapped)
    if not before and not people(draft) and not after_cues(draft):
        return not_checked(GATE, "no name is known here: Arabic has no capitals to know names by")
    return Verdict(GATE, "pass")


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
            if not same(one, other, "ar"):
                return one, other
    return None


def _in_place(draft: str, rewrite: str) -> tuple[str, str] | None:
    """A word that alone has changed in its place, where a text keeps nearly all of its words and neither is a verb."""
    gone, new = unmatched(draft, rewrite, "ar")
    pair = replaced(draft, rewrite, "ar") if len(gone) <= _FEW and len(new) <= _FEW else None
    return None if pair is None or any(word.startswith(_VERBS) for word in pair) else pair


def _missing(names: tuple[str, ...], other: str) -> list[str]:
    if not names:
        return []
    plain = _POSSESSIVE.sub(" ", other.replace(".", "") + " " + other)
    tokens = fold(plain).split()
    known, spaced, capitals = set(tokens), f" {' '.join(tokens)} ", set(re.findall(r"\b[A-Z]+\b", plain))
    return sorted({n for n in names if not _stands(n, known, spaced, capitals)})


def _stands(name: str, known: set[str], spaced: str, capitals: set[str]) -> bool:
    parts = [part for part in fold(name).split() if part not in TITLES]
    if name in ("US", "IT", "WHO"):  # also pronouns: only the capitals are the name
        if name in capitals:
            return True
    elif known.issuperset(parts):
        return True
    same_name = next((row for row in ALIASES if " ".join(parts) in row), ())
    if any(f" {alias} " in spaced for alias in same_name if alias != "us") or ("us" in same_name and "US" in capitals):
        return True
    if name.isupper():
        return _initials_stand(name.lower(), spaced.split())
    return len(parts) > 1 and "".join(p[0] for p in parts).upper() in capitals


def _initials_stand(acronym: str, tokens: list[str]) -> bool:
    n = len(acronym)
    return n > 2 and acronym in "".join(token[0] for token in tokens)
