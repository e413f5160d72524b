"""Names stay: people, places, organisations and products, by their capitals, by lists and by the words before them.

Capitals mark names in Latin, Cyrillic and Greek script; for Arabic see `virality.gates.arabic_names`.
"""

from __future__ import annotations

import re

from virality.gates import arabic_names
from virality.gates.lexicon import data
from virality.gates.verdict import Context, Verdict, counted, failed, not_checked
from virality.gates.wording import STOP_WORDS, stem
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

_COMMON = vocabulary(
    "til fyi psa btw imo imho ama eli5 tldr asap eta faq rsvp tba tbc tbd gg id ids pin pins tv cv sms pdf diy hq gp",
    "gps ceo cfo mp mps pm phd msc bsc ma ba vip dj hr pr ai it wifi aka rip vod lan lol ps nb re wip wfh iirc afaik",
    "ffs tgif dm dms pc pcs cd dvd atm sim led usb qr url ufo aob agm qa pt ac hiv dna",
)
"""Capitals that name no one: short forms of common words."""
LISTS = (tuple(sorted(TITLES)), ALIASES, tuple(sorted(DATES)), tuple(sorted(_COMMON)), arabic_names.LISTS)
_CASED = frozenset(("latin", "cyrillic", "greek"))
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")
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
        return arabic_names.check(draft, rewrite)
    if kind not in _CASED:
        return not_checked(GATE, f"the script ({kind or 'none'}) has no capitals to know names by")
    if not case_says(draft) or not case_says(rewrite):
        return not_checked(GATE, "capitals say nothing here: shouted, Title Case or all lower case")
    return Verdict(GATE, "pass")


def _names(text: str) -> tuple[str, ...]:
    return tuple(
        name
        for name in facts(text).names
        if name.lower() not in DATES and not (_short(name) and name.lower() in _COMMON)
    )


def _short(name: str) -> bool:
    """Whether a name is in capitals, but for an 's' of the plural."""
    return name.isupper() or name.removesuffix("s").isupper()


def _no_words(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without plain words in capitals ('STILL')."""
    return tuple(n for n in names if not (n.isupper() and len(n) > _LONGEST_ACRONYM and _is_a_word(n.lower())))


def _is_a_word(word: str) -> bool:
    return word in STOP_WORDS["en"] or word in data("wordnet")["senses"]


def _missing(names: tuple[str, ...], other: str) -> list[str]:
    if not names:
        return []
    plain = _POSSESSIVE.sub(" ", other.replace(".", "") + " " + other)
    tokens = fold(plain).split()
    known = {form for token in tokens for form in (token, stem(token, "en"))}
    spaced, capitals = f" {' '.join(tokens)} ", set(re.findall(r"\b[A-Z]+\b", plain))
    return sorted({n for n in names if not _stands(n, known, spaced, capitals)})


def _stands(name: str, known: set[str], spaced: str, capitals: set[str]) -> bool:
    parts = [part for part in fold(name).split() if part not in TITLES]
    if name in ("US", "IT", "WHO"):  # also pronouns: only the capitals are the name
        if name in capitals:
            return True
    elif all(part in known or stem(part, "en") in known for part in parts):
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
