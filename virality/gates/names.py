"""Names stay: people, places, organisations and products, where capital letters mark them."""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, counted, failed, not_checked
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
LISTS = (tuple(sorted(TITLES)), ALIASES)
_CASED = frozenset(("latin", "cyrillic", "greek"))
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a name of one text whose words are not all in the other, in any case.

    Titles ('President') may come and go, an acronym may be written out. Where capitals say nothing (Arabic,
    shouting, Title Case) only what can be seen is compared, and the verdict is 'not_checked'.
    """
    before, after = facts(draft).names, facts(rewrite).names
    if new := _missing(after, draft):
        return failed(GATE, f"{counted('name', new)} not in the draft", *new)
    if lost := _missing(before, rewrite):
        return failed(GATE, f"{counted('name', lost, ' of the draft')} gone", *lost)
    if (kind := script(draft)) not in _CASED:
        return not_checked(GATE, f"the script ({kind or 'none'}) has no capitals to know names by")
    if not case_says(draft) or not case_says(rewrite):
        return not_checked(GATE, "capitals say nothing here: shouted, Title Case or all lower case")
    return Verdict(GATE, "pass")


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
    same = next((row for row in ALIASES if " ".join(parts) in row), ())
    if any(f" {alias} " in spaced for alias in same if alias != "us") or ("us" in same and "US" in capitals):
        return True
    if name.isupper():
        return _initials_stand(name.lower(), spaced.split())
    return len(parts) > 1 and "".join(p[0] for p in parts).upper() in capitals


def _initials_stand(acronym: str, tokens: list[str]) -> bool:
    n = len(acronym)
    return n > 2 and acronym in "".join(token[0] for token in tokens)
