"""Operations on capitals: a headline in Title Case as a sentence, and a sentence as a headline. English."""

from __future__ import annotations

import re

from virality.text.edits.parts import common_words, is_common, lead_in, titled
from virality.text.vocabulary import vocabulary

_WORD = re.compile(r"(?<![\w@#<./])[A-Za-z][\w'’]*(?:-[\w'’]+)*(?![\w@]|\.\w)")
_NAMES = re.compile(
    r"\b(?:(?:The )?(?:White House|Supreme Court|House of Representatives|State Department|Super "
    r"Bowl|World Cup|World War|"
    r"United States|United Kingdom|United Nations|New York|New Jersey|New Orleans|New Zealand|New Year(?:['’]s)?|"
    r"North Korea|South Korea|North Carolina|South Carolina|South Africa|San Francisco|Los Angeles|"
    r"Las Vegas|Fox News|"
    r"Daily Show|Star Wars|Ice Bucket(?: Challenge)?|Boy Scouts|Girl Scouts?|Planned Parenthood|Black Friday|"
    r"Game of Thrones|Harry Potter|Middle East|Wall Street|Silicon Valley|Red Cross|Common Core|Tea Party|Big Bird|"
    r"Mother's Day|Father's Day|Valentine's Day|Academy Awards?|Golden Globes?|Ivy League|Native Americans?|"
    r"African[- ]Americans?|West Bank|Dr|Mr|Mrs|Ms|St|God|Jesus|Bible|Congress|Senate|English|French|"
    r"German|Spanish|Chinese|"
    r"Black Lives Matter|Apple(?:['’]s)?|Bush|Ford|Rice|Gates|Jobs|Cook|Stone|Brown|Young|King|"
    r"Rock|Page|Pope|Nazi|Mars|"
    r"Democrats?|Republicans?|Democratic|Republican|Tea|Internet|Earth|Hulk|Batman|Superman|Barbie|"
    r"West|East|South|North|"
    r"Mark|Bill|Will(?= [A-Z])|Grace|Rose|Hope|Faith|Amber|Max|Frank|Rob|Pat|Jack|Sue|Drew|Chase|"
    r"Chuck|Dick|Ray|Art|Guy))\b"
)


def sentence_case(text: str) -> str | None:
    """'A Dog Meets Its Owner' becomes 'A dog meets its owner': words that may be names keep their capitals."""
    body, rest = lead_in(text)
    if not titled(body) or body.isupper() or re.search(r"[@#]|<link|http", text):
        return None
    found = list(_WORD.finditer(body))
    names = [match.span() for match in _NAMES.finditer(body) if not _plain_name(match[0], body[match.end() :])]
    keep = {at for at, word in enumerate(found) if _kept(word[0]) or any(s <= word.start() < e for s, e in names)}
    unknown = {at for at in keep if not found[at][0].isupper() and found[at][0].split("'")[0].split("’")[0] != "I"}
    for at in sorted(unknown):  # a name's neighbour may belong to it: 'Lawrence Young', 'Apple Store'
        for near in (at - 1, at + 1):
            inside = 0 <= near < len(found) and near not in keep and _beside(body, found, min(at, near))
            if inside and found[near][0].lower() in _MAY_NAME:
                keep.add(near)
    out, at = [], 0
    for place, word in enumerate(found):
        out.append(body[at : word.start()])
        opens = _opens(body[: word.start()])
        out.append(word[0] if place in keep or opens else word[0][0].lower() + word[0][1:] if word[0][1:].islower() or
                   len(word[0]) == 1 else _lower(word[0]))  # fmt: skip
        at = word.end()
    new = "".join([*out, body[at:], rest])
    return new if new != text else None


_MAY_NAME = frozenset(
    [
        "court",
        "house",
        "university",
        "school",
        "store",
        "park",
        "city",
        "county",
        "street",
        "awards",
        "award",
        "show",
        "day",
        "news",
        "church",
    ]
)


_ALSO_WORDS = vocabulary(
    "Young Rock Stone Hope Brown Guy Art Max Jack Drew Chase Mark Bill Page Cook Jobs Gates Rose Grace Faith Will",
    "King Tea Frank Dick",
)


def _plain_name(name: str, after: str) -> bool:
    """Whether what may be a name is a plain word here: no word that may be a surname comes after it."""
    following = re.match(r" ([A-Z][\w'’]+)", after)
    return name in _ALSO_WORDS and (following is None or is_common(following[1]))


def _lower(word: str) -> str:
    """'Well-Known' in small letters, capitals inside a part ('iPhone', 'LGBT') stay."""
    return "-".join(part.lower() if part[1:].islower() or len(part) == 1 else part for part in word.split("-"))


def _kept(word: str) -> bool:
    if re.split(r"['’]", word)[0] == "I" or (len(word) > 1 and word.isupper()):
        return True
    return not all(is_common(part) for part in word.split("-"))


def _beside(body: str, found: list[re.Match[str]], at: int) -> bool:
    return body[found[at].end() : found[at + 1].start()] == " "


def _opens(before: str) -> bool:
    return not before.strip() or bool(re.search(r"[.!?…:]['\"”’)]*\s+['\"“‘(]*$|^['\"“‘(]+$|[\"“]$", before))


_TITLE_SMALL = frozenset(
    ["a", "an", "the", "and", "but", "or", "for", "nor", "of", "in", "on", "at", "to", "by", "from", "with", "as"]
)


def title_case(text: str) -> str | None:
    """'A dog meets its owner' becomes 'A Dog Meets Its Owner', for a short headline of one or two sentences."""
    body, rest = lead_in(text)
    if titled(body) or rest or not 4 <= len(body.split()) <= 20 or "\n" in body or re.search(r"[@#]", body):
        return None
    if not any(word.lower() in common_words() for word in _WORD.findall(body)):
        return None

    def up(found: re.Match[str]) -> str:
        word = found[0]
        if word in _TITLE_SMALL and not _opens(body[: found.start()]):
            return word
        if any(letter.isupper() for letter in word):
            return word
        return "-".join(part[:1].upper() + part[1:] if part not in _TITLE_SMALL else part for part in word.split("-"))

    new = _WORD.sub(up, body)
    return f"{new}{rest}" if new != body else None
