"""English that a rewrite broke: 'a apple', 'the the', 'This is the bakers close today'.

Slips of small writers, by patterns; what needs a parser is not seen.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virality.gates.openers import FINITE, WORDS, before_a_sentence, without_what_follows
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
_ASKS = re.compile(
    r"^\W*(?:(?:this|here) is|here's) (?:(?:how|why|where|when) (?:is|are)"
    r"|(?:how|what|why|where|when|who) (?:do|does|did|can|will|should|would|could))\b",
    re.IGNORECASE,
)
"""A question that stays one behind 'this is': 'Here is what does bread cost'."""
_OPEN_ENDS = vocabulary("and but or the a an than because")
_LAST = re.compile(r"([A-Za-z]+)[^A-Za-z]*$")


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
    if context.accounted and (slip := without_what_follows(draft, rewrite)):
        return failed(GATE, f"nothing follows the new opener that it could begin: {slip!r}", slip)
    if (asked := _ASKS.match(rewrite)) and not _ASKS.match(draft):
        return failed(GATE, f"a question stands behind 'this is': {asked[0].strip()!r}", asked[0].strip())
    if end := ends_open(draft, rewrite):
        return failed(GATE, f"it ends on {end!r}", end)
    if clause := before_a_sentence(draft, rewrite):
        return failed(GATE, f"'this is' stands before a whole sentence: {clause!r}", clause)
    return Verdict(GATE, "pass")


_SLIPS = ((_DISAGREES, "is no English"), (_TWICE, "stands twice in a row"))
_SAMPLED = ((_UNLIKELY, "is no English"), (_ASKS_WRONGLY, "is no English"), (_BREAKS_OFF, "breaks off"))
"""Pattern -> what is wrong where the rewrite has it and the draft does not."""


def _first(pattern: re.Pattern[str], text: str, draft: str) -> str:
    """What matches in the text and not in the draft; '' if nothing does."""
    known = _slips_of(pattern, draft)
    found = (match[0].strip() for match in pattern.finditer(text))
    return next((one for one in found if one.lower() not in known and not _may_stand(pattern, one)), "")


@lru_cache(maxsize=4096)
def _slips_of(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(match[0].strip().lower() for match in pattern.finditer(text))


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


_NEEDS_MORE = (
    r"(of|to|for|with|at|by|from|into|about|on|in|over|under|between|through|my|your|their|our|its|every|all|some"
    r"|many|most|both|if|because|while|unless|(?<!\bit )(?<!\bthat )(?<!\bthis )(?<!\bthere )(?<!\bhe )(?<!\bshe )"
    r"(?<!\bthey )(?<!\bwe )(?<!\byou )(?:is|are|was|were))"
)
_STRANDED = re.compile(rf"(?<![\w'’-]){_NEEDS_MORE}(?=[.!?;:,—–\n]|\s*(?:[—–]|https?:|[#@]\w|$))", re.IGNORECASE)
_LED_ON = re.compile(rf"(?<![\w'’-]){_NEEDS_MORE}(?= (?!(?:and|but|or|so)\b)[\w'’$£€\"“(])", re.IGNORECASE)


def _stranded(draft: str, begun: str) -> str:
    """A small word before a mark where the draft always has a word behind it: 'stopped by.' of 'stopped by rain'."""
    for found in _STRANDED.finditer(begun):
        if found.end() < len(begun) and found[1].lower() in _always_led_on(draft):
            return " ".join(WORDS.findall(begun[: found.end()])[-2:])
    return ""


@lru_cache(maxsize=4096)
def _always_led_on(text: str) -> frozenset[str]:
    """The small words of a text that have a word behind them wherever they stand."""
    led_on, ends = ({found[1].lower() for found in one.finditer(text)} for one in (_LED_ON, _STRANDED))
    return frozenset(led_on - ends)


_ASKING = vocabulary("how why what when where who if because that while")
_GOES_ON = vocabulary("and or but to in on at of for with by from about as than")


def _half_a_question(draft: str, rewrite: str) -> str:
    """The first half of a sentence of the draft that asks or joins: 'How the school.' of 'How the school shut'."""
    before = [[word.lower() for word in WORDS.findall(without_mentions(one))] for one in sentences(draft)]
    for one in sentences(rewrite):
        keys = [word.lower() for word in WORDS.findall(without_mentions(one))]
        if not keys or keys[0] not in _ASKING or FINITE.search(one):
            continue
        for longer in before:
            if longer[: len(keys)] == keys and len(longer) > len(keys) and longer[len(keys)] not in _GOES_ON:
                return " ".join(keys)
    return ""


def ends_open(draft: str, rewrite: str) -> str:
    """The last word, where it is one that something must follow, and the draft ends otherwise."""
    last, was = (_LAST.search(without_mentions(text)) for text in (rewrite, draft))
    if last is None or last[1].lower() not in _OPEN_ENDS or (was is not None and was[1].lower() == last[1].lower()):
        return ""
    return last[1]
