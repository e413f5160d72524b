"""English that a rewrite broke: 'a apple', 'the the', 'This is the bakers close today'.

Slips of small writers, by patterns; what needs a parser is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import language_of
from virality.text.normalise import sentences, without_mentions
from virality.text.vocabulary import vocabulary

GATE = "grammar"
_DISAGREES = re.compile(
    r"(?<![\w'’.-])(?:[Aa] (?=[AEIOaeio])(?!(?i:(?:one|once|is|are|am|in|on|and|or)\b|eu|ou[io]))[A-Z]?[a-z]{2,}"
    r"|[Aa]n (?=[BCDFGJ-NP-TV-Zbcdfgj-np-tv-z])[A-Z]?[a-z]{3,}"
    r"|[Aa]n [Hh](?!our|onest|on(?:ou?|e)r|eir|erb|istor|otel|abit|ilari|yp|yd|er[eo])[a-z]{2,})(?![\w.])"
)
_TWICE = re.compile(r"(?<![\w'’-])([a-z]+) \1(?![\w'’-])", re.IGNORECASE)
_UNLIKELY = re.compile(
    r"(?<![\w'’.&-])(?:"
    r"(?:an?|the) (?:is|are|was|were|am|been|has|had|does|did|would|could|should|or|but|than|this|these|those|that"
    r"|we|they|him|them|my|your|our|their|there)"
    r"|the (?:an?|the|and|of|he|she|here(?! and))|an? (?:the|an?)"
    r"|(?<!has )(?<!have )(?<!had )(?<!n't )(?<!n’t )(?<!'ve )(?<!’ve )(?:it|he|she|they|we|you|i) been"
    r"|and (?:but|or)|this (?:men|women|children|kids|guys|folks)|these (?:man|woman|child|person|guy|kid)"
    r"|(?:at|on) this (?:summer|winter|spring|fall|autumn|week|weekend|month|year|morning|afternoon|evening)"
    r"|(?:it|he|she|that|this|what) is (?:happened|become|gotten|began|took)"
    r"|(?:do|does|did) (?:(?:the|a|an|my|your|his|her|our|their) )?(?!not\b)\w+ has"
    r")(?![\w'’-])|(?<![\w'’])(?!i['’]|ma['’])\w+['’]m(?!\w)"
    r"|\b(?:can|will|do|does|did|is|are|was|were|may|has|have|had|not|and|the)['’](?:re|ll|ve)\b"
    r"|(?<!\w)[$€£](?:if|is|it|the|and|or|in|on|of|to|we)\b"
    r"|\ban? [$£€]?\d[\d.,]*[km]? (?:each|apiece|is|are|was|were|of|and|from|for)\b|\ban['’](?=\s)"
    r"|\b(?:the|an?) [#\w'’-]+ (?:is|are|was|were)[,;](?=\s)|\)(?=[A-Za-z]{3})"
    r"|\bto what (?:do|does|did) (?:\w+ ){1,2}(?:think|feel|say|want|know)\b"
    r"|(?:^|[.!?:;—–\n]\s*)(?:here is (?:on|in|at|by|of|as|from|for|with|once|this (?!week|month|year|time|morning)"
    r"|these|that)|this is (?:this|that|these|once (?!in|again|more|upon)))\b",
    re.IGNORECASE,
)
"""What no rewrite needs: 'the been', 'it been', 'Here is on', 'can'm'."""
_ASKS_WRONGLY = re.compile(r"(?:^|[.!?:;\n] ?|\b(?:why|when|where) )has (?:you|they|we)\b", re.IGNORECASE)
_BREAKS_OFF = re.compile(
    r"(?<![\w'’.&-])(?:and|or|the|an|than)[.!?;:](?=\s|$)|[,;] (?:what|how|why)[.!?]*(?=\s*(?:https?:|[#@]|$))",
    re.IGNORECASE,
)
_MAY_STAND_TWICE = vocabulary(
    "had that very so no yes ha bye knock long far many really now well again night there do is"
)
_OPENS = re.compile(
    r"^\W*(?:(?:this|it|here) is|these are|here are|here's|it's) "
    r"(?!(?:how|why|what|where|who|whose|not|time|about|like|because)\b)([^.!?;:,\n—–]*)",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"\b(?:that|who|which|whose|what|how|why|where|when|if|to|and|i|we|you|he|she|they|it)\b", re.IGNORECASE
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|does|do|did|should|may|might|must|\w+n['’]t)\b"
    r"|\w['’](?:ll|ve|re|m)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:(?:this|here) is|here's) (?:(?:how|why|where|when) (?:is|are)"
    r"|(?:how|what|why|where|when|who) (?:do|does|did|can|will|should|would|could))\b",
    re.IGNORECASE,
)
"""A question that stays one behind 'this is': 'Here is what does bread cost'."""
_OPEN_ENDS = vocabulary("and but or the a an than because")
_LAST = re.compile(r"([A-Za-z]+)[^A-Za-z]*$")
_BEGINS_A_CLAUSE = re.compile(r"(?:when|if|because|as)\b", re.IGNORECASE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on what the rewrite breaks and the draft does not have.

    Always: articles that do not agree, a word twice, a clause or a question behind 'this is', an open end. Where
    `context.accounted` asks, for writers that sample: words that hardly stand beside each other, sentences that break
    off, 'this' for 'these', a helper that does not fit its verb, a new opener that nothing follows. People's own
    rewrites would fail these now and then.
    """
    if language_of(draft, rewrite, context.lang) != "en":
        return not_checked(GATE, "patterns are of English alone")
    for pattern, what in (*_SLIPS, *(_SAMPLED if context.accounted else ())):
        if slip := _first(pattern, rewrite, draft):
            return failed(GATE, f"{slip!r} {what}", slip)
    if context.accounted and (slip := _number(draft, rewrite) or _helper(draft, rewrite)):
        return failed(GATE, f"{slip!r} does not agree", slip)
    if context.accounted and (slip := _stranded(draft, rewrite) or _half_a_question(draft, rewrite)):
        return failed(GATE, f"a sentence ends before what it needs: {slip!r}", slip)
    if context.accounted and (slip := _opener(draft, rewrite)):
        return failed(GATE, f"nothing follows the new opener that it could begin: {slip!r}", slip)
    if (asked := _ASKS.match(rewrite)) and not _ASKS.match(draft):
        return failed(GATE, f"a question stands behind 'this is': {asked[0].strip()!r}", asked[0].strip())
    if end := ends_open(draft, rewrite):
        return failed(GATE, f"it ends on {end!r}", end)
    if clause := _opened(draft, rewrite):
        return failed(GATE, f"'this is' stands before a whole sentence: {clause!r}", clause)
    return Verdict(GATE, "pass")


_SLIPS = ((_DISAGREES, "is no English"), (_TWICE, "stands twice in a row"))
_SAMPLED = ((_UNLIKELY, "is no English"), (_ASKS_WRONGLY, "is no English"), (_BREAKS_OFF, "breaks off"))
"""Pattern -> what is wrong where the rewrite has it and the draft does not."""


def _first(pattern: re.Pattern[str], text: str, draft: str) -> str:
    """What matches in the text and not in the draft; '' if nothing does."""
    known = {match[0].strip().lower() for match in pattern.finditer(draft)}
    found = (match[0].strip() for match in pattern.finditer(text))
    return next((one for one in found if one.lower() not in known and not _may_stand(pattern, one)), "")


def slip(draft: str, begun: str) -> str:
    """The first slip of a rewrite that is not at its end yet, as where it is sampled; '' if none."""
    found = (_first(pattern, begun, draft) for pattern, _ in (*_SLIPS, *_SAMPLED))
    return next((one for one in found if one), "") or _number(draft, begun) or _stranded(draft, begun)


def _may_stand(pattern: re.Pattern[str], found: str) -> bool:
    return pattern is _TWICE and found.split()[-1].lower() in _MAY_STAND_TWICE


_POINTS_AT = re.compile(r"(?<![\w'’-])(this|these) (\w+)(?!['’])", re.IGNORECASE)


def _number(draft: str, rewrite: str) -> str:
    """'this memories' of a draft that has 'these memories', or the other way round."""
    before, after = (
        {(one.lower(), word.lower()): found for found in _POINTS_AT.finditer(text) for one, word in [found.groups()]}
        for text in (draft, rewrite)
    )
    other = {"this": "these", "these": "this"}
    return next((after[one][0] for one in after if one not in before and (other[one[0]], one[1]) in before), "")


_HELPED = re.compile(
    r"\b(?:(?:wo|do|does|did|ca|could|would|should|might|must)n['’]t|cannot"
    r"|(?:will|do|does|did|can|could|would|should|may|might|must)(?: not)?) (\w+)",
    re.IGNORECASE,
)
_IS = re.compile(r"\b(?:is|are|was|were|am)(?: not|n['’]t)? (\w+)", re.IGNORECASE)
_NO_BARE_VERBS = vocabulary(
    "not be no so i you he she it we they the a an this that these those to all just only now here there my your our"
    " their his her its what why how who when where which never ever always often still also even probably maybe"
    " really actually soon already then again once twice more most less too very well cut set hit run put hurt split"
    " let shut read cost bet beat come become spread burst cast quit shed spit open clean free better welcome close"
    " clear dry empty slow warm cool calm complete present live own back down next last one in on at by of for"
)
"""What may stand behind 'is' as well as behind 'will'."""


def _helper(draft: str, rewrite: str) -> str:
    """'is not hide' of a draft that has 'will not hide'."""
    bare = {found[1].lower() for found in _HELPED.finditer(draft)} - _NO_BARE_VERBS
    before, after = ({found[1].lower(): found[0] for found in _IS.finditer(text)} for text in (draft, rewrite))
    return next((after[word] for word in after if word in bare and word not in before), "")


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


def _opener(draft: str, rewrite: str) -> str:
    """A new opener that the rest of its clause does not follow: 'This Meet Some', 'There is this guy wants to'."""
    draft, rewrite = (_DOTTED.sub(lambda one: one[0].replace(".", ""), text) for text in (draft, rewrite))
    known = {_full(found["opener"]) for found in _STARTS.finditer(draft)}
    known |= {_full(found[0]) for found in _POINTERS.finditer(draft)}
    before = [word.lower() for word in _WORDS.findall(draft)]
    for found in _STARTS.finditer(rewrite):
        opener, rest = _full(found["opener"]), [word.lower() for word in _WORDS.findall(found["rest"])]
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
        return not fits or _is_no_noun(found, rest, before) or _agrees_badly(found, rest)
    return rest[1:2] not in (["who"], ["that"]) and not "".join(rest[1:2]).endswith(("'s", "’s"))


_ARTICLES = vocabulary("a an the my your his her its our their this that these those")
_ONE_WITH_S = vocabulary(
    "news politics series species sports physics means lens bus gas boss class less process business address success"
    " press access mess loss cross glass grass dress princess goddess focus virus campus bonus status crisis basis"
    " analysis thesis christmas always perhaps besides plus thus yes"
)
_BEHIND_NOUNS = vocabulary("that who which of in on i we you they and for to from is was")


def _is_no_noun(found: re.Match[str], rest: Sequence[str], draft: Sequence[str]) -> bool:
    """Whether an article stands before what the draft has as a verb: 'this is the Meet' of 'Meet some bakers'."""
    if rest[0] not in _ARTICLES or len(rest) < 2:
        return False
    places = [at for at, one in enumerate(draft) if one == rest[1]]
    return bool(places) and all(
        (not at or draft[at - 1] not in _BEFORE_NOUNS) and draft[at + 1 : at + 2] and draft[at + 1] in _BEHIND_VERBS
        for at in places
    )


def _agrees_badly(found: re.Match[str], rest: Sequence[str]) -> bool:
    """Whether one thing is announced and several follow: 'this is the tips that', 'this is a bakers close'."""
    if not found["verb"].lower().lstrip().startswith(("is", "was", "'", "’")) or rest[0] not in _ARTICLES:
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
    verb = next((word for word in _WORDS.finditer(clause) if word[0].lower() in _SINGULAR_VERBS), None)
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


_NEEDS_MORE = (
    r"(of|to|for|with|at|by|from|into|about|on|in|over|under|between|through|my|your|their|our|its|every|all|some"
    r"|many|most|both|if|because|while|unless|(?<!\bit )(?<!\bthat )(?<!\bthis )(?<!\bthere )(?<!\bhe )(?<!\bshe )"
    r"(?<!\bthey )(?<!\bwe )(?<!\byou )(?:is|are|was|were))"
)
_STRANDED = re.compile(rf"(?<![\w'’-]){_NEEDS_MORE}(?=[.!?;:,—–\n]|\s*(?:[—–]|https?:|[#@]\w|$))", re.IGNORECASE)
_LED_ON = re.compile(rf"(?<![\w'’-]){_NEEDS_MORE}(?= (?!(?:and|but|or|so)\b)[\w'’$£€\"“(])", re.IGNORECASE)


def _stranded(draft: str, begun: str) -> str:
    """A small word before a mark where the draft always has a word behind it: 'stopped by.' of 'stopped by rain'."""
    led_on = {found[1].lower() for found in _LED_ON.finditer(draft)}
    ends = {found[1].lower() for found in _STRANDED.finditer(draft)}
    for found in _STRANDED.finditer(begun):
        if found.end() < len(begun) and found[1].lower() in led_on - ends:
            return " ".join(_WORDS.findall(begun[: found.end()])[-2:])
    return ""


_ASKING = vocabulary("how why what when where who if because that while")
_GOES_ON = vocabulary("and or but to in on at of for with by from about as than")


def _half_a_question(draft: str, rewrite: str) -> str:
    """The first half of a sentence of the draft that asks or joins: 'How the school.' of 'How the school shut'."""
    before = [[word.lower() for word in _WORDS.findall(without_mentions(one))] for one in sentences(draft)]
    for one in sentences(rewrite):
        keys = [word.lower() for word in _WORDS.findall(without_mentions(one))]
        if not keys or keys[0] not in _ASKING or _FINITE.search(one):
            continue
        for longer in before:
            if longer[: len(keys)] == keys and len(longer) > len(keys) and longer[len(keys)] not in _GOES_ON:
                return " ".join(keys)
    return ""


_WORDS = re.compile(r"[\w'’-]+")


def ends_open(draft: str, rewrite: str) -> str:
    """The last word, where it is one that something must follow, and the draft ends otherwise."""
    last, was = (_LAST.search(without_mentions(text)) for text in (rewrite, draft))
    if last is None or last[1].lower() not in _OPEN_ENDS or (was is not None and was[1].lower() == last[1].lower()):
        return ""
    return last[1]


def _opened(draft: str, rewrite: str) -> str:
    """The clause behind a new 'this is' with a verb of its own that nothing joins; '' if there is none."""
    found = _OPENS.match(rewrite)
    if found is None or _OPENS.match(draft):
        return ""
    verb = _FINITE.search(found[1])
    alone = verb is not None and not _JOINS.search(found[1][: verb.start()])
    return found[1].strip() if alone or _BEGINS_A_CLAUSE.match(found[1]) else ""
