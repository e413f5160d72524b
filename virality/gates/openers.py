"""What a new 'this is' stands before: 'This Meet Some', 'There is this guy wants', 'This is the bakers close today'."""

from __future__ import annotations

import re
from collections.abc import Sequence

from virality.text.vocabulary import vocabulary

WORDS = re.compile(r"[\w'’-]+")
_OPENS = re.compile(
    r"^\W*(?:(?:this|it|here) is|these are|here are|here's|it's) "
    r"(?!(?:how|why|what|where|who|whose|not|time|about|like|because)\b)([^.!?;:,\n—–]*)",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"\b(?:that|who|which|whose|what|how|why|where|when|if|to|and|i|we|you|he|she|they|it)\b", re.IGNORECASE
)
FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|does|do|did|should|may|might|must|\w+n['’]t)\b"
    r"|\w['’](?:ll|ve|re|m)\b",
    re.IGNORECASE,
)
_BEGINS_A_CLAUSE = re.compile(r"(?:when|if|because|as)\b", re.IGNORECASE)

_STARTS = re.compile(
    r"(?:^|[.!?:;,—–\n(\"“] *)"
    r"(?P<opener>(?P<points>this|these|that|those|here|there|it)(?P<verb> (?:is|are|was|were)|['’]s)?) "
    r"(?P<rest>[^.!?;:\n—–]*)",
    re.IGNORECASE,
)
"""A clause that begins with a word that points, with or without 'is'."""
_POINTERS = re.compile(r"\b(?:this|these|that|those|here|there|it)(?: (?:is|are|was|were)|['’]s)\b", re.IGNORECASE)
_BEFORE_NOUNS = vocabulary(
    "a an the this that these those my your his her its our their some any each every no one two three four five six"
    " seven eight nine ten another many most all both"
)
_BEHIND_VERBS = _BEFORE_NOUNS - vocabulary("that all both most") | vocabulary("me him them us it you")
_SINGULAR_VERBS = vocabulary(
    "wants makes gets goes says tells seems gives thinks knows becomes keeps lets means feels believes brings happens"
    " loses includes continues understands follows allows adds spends grows remembers considers appears dies sends"
    " expects remains suggests requires decides explains refuses realizes admits claims insists hates loves needs"
    " went took came knew gave became began saw did wrote spoke grew fell chose broke drove ate flew threw wore said"
    " told got"
)
"""Forms that are hardly anything else than the verb of a sentence."""
_NO_COMPLEMENT = vocabulary(
    "at in on of by to into onto upon within during i he she they we you might may must will would can could should"
    " shall did does do has have had is are was were been be seems meet look looks and or but except"
)
"""What hardly stands behind 'this'."""
_NUMBERS = vocabulary("two three four five six seven eight nine ten eleven twelve")
_BEHIND_POINTERS = (_BEFORE_NOUNS - vocabulary("this that these those")) | vocabulary(
    "what why how where who when time no not nothing something nobody somebody none one's probably such more exactly"
)
"""What may stand behind a new 'this is': a noun with what goes before it, or a question."""
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_SAME_OPENERS = {
    one: frozenset(group) - {one}
    for group in (
        ("this is", "here is", "that is", "it is"),
        ("these are", "here are", "those are", "this is", "here is"),
    )
    for one in group
}
"""Openers that stand for each other."""
_ONCE_MORE = {("once", "again"), ("once", "more")}
_SHORTENED = re.compile(r"['’]s$")
_NO_BEGINNINGS = {
    *((ask, do) for ask in ("what", "why", "how", "where", "when") for do in ("do", "does", "did", "can", "will")),
    ("how", "about"),
    *((article, verb) for article in ("a", "the") for verb in ("might", "would", "could", "should", "seems", "is")),
}
"""Two words that hardly follow it: 'this is what does', 'there is a might'."""


def without_what_follows(draft: str, rewrite: str) -> str:
    """A new opener that the rest of its clause does not follow: 'This Meet Some', 'There is this guy wants to'."""
    draft, rewrite = (_DOTTED.sub(lambda one: one[0].replace(".", ""), text) for text in (draft, rewrite))
    known = {_full(found["opener"]) for found in _STARTS.finditer(draft)}
    known |= {_full(found[0]) for found in _POINTERS.finditer(draft)}
    before = [word.lower() for word in WORDS.findall(draft)]
    for found in _STARTS.finditer(rewrite):
        opener, rest = _full(found["opener"]), [word.lower() for word in WORDS.findall(found["rest"])]
        if not rest or opener in known or not known.isdisjoint(_SAME_OPENERS.get(opener, ())):
            continue
        if found["verb"] is not None:
            broken = _hardly_follows(found, rest, before)
        elif opener in ("here", "there"):
            broken = opener not in before
        else:
            broken = opener != "it" and not _is_noun(opener, rest[0], before)
        if broken:
            return " ".join([found["opener"], *rest[:3]])
    return ""


def _full(opener: str) -> str:
    """'this is' for 'This’s'."""
    return _SHORTENED.sub(" is", opener.lower())


def _hardly_follows(found: re.Match[str], rest: Sequence[str], before: Sequence[str]) -> bool:
    """Whether the clause behind a new 'this is' is none that it could begin."""
    if (rest[0] == "been" and found["verb"][0] in "'’") or tuple(rest[:2]) in _ONCE_MORE:
        return False
    if len(rest) == 1 and found["points"].lower() not in ("here", "there"):
        return rest[0] in _NO_COMPLEMENT
    several = found["verb"].lower().lstrip().startswith(("are", "were"))
    if rest[0] in _BEHIND_POINTERS or _is_figure(rest[0]):
        fits = (several or not _is_many(rest[0])) and not (
            tuple(rest[:2]) in _NO_BEGINNINGS or _has_a_verb(found["rest"])
        )
        return not fits or _is_no_noun(rest, before) or (not several and _are_several(rest))
    return rest[1:2] not in (["who"], ["that"]) and not "".join(rest[1:2]).endswith(("'s", "’s"))


_ARTICLES = vocabulary("a an the my your his her its our their this that these those")
_ONE_WITH_S = vocabulary(
    "news politics series species sports physics means lens gas christmas always perhaps besides yes"
)
_BEHIND_NOUNS = vocabulary("that who which of in on i we you they and for to from is was")


def _is_no_noun(rest: Sequence[str], draft: Sequence[str]) -> bool:
    """Whether an article stands before what the draft has as a verb: 'this is the Meet' of 'Meet some bakers'."""
    if rest[0] not in _ARTICLES or len(rest) < 2:
        return False
    places = [at for at, one in enumerate(draft) if one == rest[1]]
    return bool(places) and all(
        (not at or draft[at - 1] not in _BEFORE_NOUNS) and draft[at + 1 : at + 2] and draft[at + 1] in _BEHIND_VERBS
        for at in places
    )


def _are_several(rest: Sequence[str]) -> bool:
    """Whether several things follow 'this is': 'this is the tips that', 'this is a bakers close'."""
    if rest[0] not in _ARTICLES:
        return False
    for at, word in enumerate(rest[1:4], 1):
        if word.startswith("http"):
            break
        if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "'s", "’s")):
            behind = rest[at + 1] if at + 1 < len(rest) else "that"
            return word not in _ONE_WITH_S and (behind in _BEHIND_NOUNS or (rest[0] in ("a", "an") and at > 1))
        if word in _BEHIND_NOUNS:
            break
    return False


def _is_figure(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBERS


def _is_many(word: str) -> bool:
    """Whether several of something follow."""
    return word in _NUMBERS or (word.isdecimal() and int(word) > 1)


def _has_a_verb(clause: str) -> bool:
    """Whether a clause behind 'this is' has a verb of its own that nothing joins."""
    verb = next((word for word in WORDS.finditer(clause) if word[0].lower() in _SINGULAR_VERBS), None)
    pairs = (one for one in _DONE_TO.finditer(clause) if not one[0].endswith("US"))
    given = next((one for one in pairs if one[1].lower() not in _LEADS_TO), None)
    return any(one is not None and not _JOINS.search(clause[: one.start()]) for one in (verb, given))


_DONE_TO = re.compile(r"\b([a-z]+) (?:us|me|him|them)\b", re.IGNORECASE)
_LEADS_TO = vocabulary(
    "of to for with at by from into about on in over under between through like around behind before after near"
    " against without all both and or than as upon among off except beside toward towards across"
)
"""What may stand before 'us' and is no verb."""


def _is_noun(opener: str, word: str, draft: Sequence[str]) -> bool:
    """Whether 'this' or 'these' may stand before the word: the draft has it behind an article or before its verb."""
    places = [at for at, one in enumerate(draft) if one == word]
    if not places or _is_figure(word):
        return not places or opener in ("these", "those")  # other words than the draft's: `accounted` knows them
    for at in places:
        then = draft[at + 1] if at + 1 < len(draft) else ""
        if at and (draft[at - 1] in _BEFORE_NOUNS or draft[at - 1] in ("that", "those", opener)):
            return True
        if then not in _BEHIND_VERBS and word not in _NO_COMPLEMENT | _SINGULAR_VERBS:
            return True
    return False


def before_a_sentence(draft: str, rewrite: str) -> str:
    """The clause behind a new 'this is' with a verb of its own that nothing joins; '' if there is none."""
    found = _OPENS.match(rewrite)
    if found is None or _OPENS.match(draft):
        return ""
    verb = FINITE.search(found[1])
    alone = verb is not None and not _JOINS.search(found[1][: verb.start()])
    return found[1].strip() if alone or _BEGINS_A_CLAUSE.match(found[1]) else ""
