"""The language of a post: by script first, then by the commonest words; None where it cannot tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from virality.text.normalise import HASHTAG, without_mentions, words

_SCRIPTS = {
    "latin": "A-Za-zªº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "arabic": "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f"
    "\ufb50-\ufdff\ufe70-\ufefc",
    "hebrew": "\u05d0-\u05ea",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "kana": "\u3041-\u30ff\u31f0-\u31ff",
    "hangul": "\u1100-\u11ff\uac00-\ud7af",
    "thai": "\u0e00-\u0e7f",
    "devanagari": "\u0900-\u097f",
}
_SCRIPT_LETTERS = {name: re.compile(f"[{ranges}]") for name, ranges in _SCRIPTS.items()}
_ONE_LANGUAGE = {
    "hebrew": "he",
    "greek": "el",
    "kana": "ja",
    "hangul": "ko",
    "han": "zh",
    "thai": "th",
    "devanagari": "hi",
}
_MIN_LETTERS = 3

COMMON_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(row.split())
    for name, row in {
        "en": "the of and a to in is you that it he was for on are as with his they i at be this have "
        "from or one had by but not what all were we when your can said there an each which she do "
        "how their if will up other about out many then them these so some her would make like him "
        "into time has look two more go see no way could people my than been who its now find down "
        "did get come may just don't it's i'm you're didn't can't won't isn't that's here's what's "
        "he's she's they're we're let's doesn't you'll i've we've you've most after before why new "
        "over only know take year good me our us every first never ever because through these those "
        "while where too very still also off should really ways thing things women woman man men "
        "kids world day today news says best better here want need think love being got going made "
        "back still watch happens happened life thank thanks great big old little right against "
        "people's man's without until does say says show shows much any between under guy girl boy "
        "mom dad school video story work help please free join read live top next last week night "
        "tomorrow must won win ain't again always everyone something nothing someone their met door "
        "die war hat per son sin pour van den",
        "es": "de la que el en y a los se del las un por con una su para es al lo como más pero sus le ya "
        "o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde "
        "todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos "
        "qué unos yo otro otras otra él tanto esa estos mucho nada muchos cual poco ella estar está "
        "están son fue ser tiene hoy mi te si no años hace así gracias",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il "
        "sont la mais comme ou si leur y dont tout nous sa vous ses avec cette je on aux être elle "
        "ont deux même ces son fait été aussi bien sans peut tous après faire très où c'est n'est "
        "d'un d'une qu'il j'ai ça moi toi mon ma mes ton votre notre l'on quand rien jamais merci",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es "
        "an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so "
        "zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr mich "
        "dich mir dir was wenn kann hier heute mein dein unser sehr schon keine kein doch jetzt",
        "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao "
        "ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso "
        "ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram "
        "essa num nem suas meu minha têm hoje são obrigado vai",
        "it": "di e il la che in un a per è una sono con non si da come del dei le della al più ma lo ha "
        "anche o se i nel alla gli questo delle mi ho ci cosa tutto quando era molto perché suo "
        "fare essere sua solo dal io tu lui lei noi voi loro degli nella questa fatto così stato "
        "hanno ancora senza dopo ogni sempre oggi grazie tutti tutte ciao c'è",
        "nl": "de het een en van in is dat op te zijn met voor niet aan er die ook als maar bij om uit "
        "door over ze zich hij naar dan ik je we was of nog wel geen meer worden wordt deze dit kan "
        "heeft hebben werd al nu onze jij jullie mijn jouw hun moet gaan wat wie waar veel heel "
        "vandaag",
        "tr": "bir ve bu da de için ile çok ne o gibi daha var mı mi ama en ben sen biz siz kadar olarak "
        "olan değil her sonra ya ki şey iyi yok bana sana diye nasıl neden şimdi bugün olduğu oldu "
        "olur hiç kim kendi zaman önce göre benim senin",
        "id": "yang dan di dengan ini untuk tidak dari dalam itu akan pada ke juga saya ada adalah kita "
        "bisa karena oleh kami mereka sudah telah atau aku anda kamu dia lebih seperti hanya bagi "
        "saat tapi banyak orang semua apa jika belum masih agar hari lagi sangat",
    }.items()
}
_HOLDERS = {
    word: tuple(name for name, row in COMMON_WORDS.items() if word in row)
    for word in frozenset().union(*COMMON_WORDS.values())
}
_LETTER_HINTS = {
    "de": re.compile("[äöüß]"),
    "es": re.compile("[ñ¿¡]|ción\\b"),
    "pt": re.compile("[ãõ]|ção\\b|ções\\b"),
    "fr": re.compile("[èêâîûœ]|\\b[cdjlmnqst]['’]|eux\\b"),
    "tr": re.compile("[ğşı]"),
    "it": re.compile("zione\\b|[àèìòù]\\b|\\b(?:dell|all|nell|un)['’]"),
    "nl": re.compile("ij|sch\\w|oo[rd]\\b"),
    "en": re.compile("(?:ing|tion|tions|ed|ly|ck|wn|ies|ous|ness)\\b|\\bwh|['’](?:s|t|re|ve|ll|m)\\b|ee|sh|th|oo|gh"),
}
_ASCII_HINTS = {name: _LETTER_HINTS[name] for name in ("fr", "it", "nl", "en")}
"""Those that can be found in plain ASCII."""
_HINT_WEIGHT = 0.34
_ENGLISH_EDGE = 0.15  # words shared with neighbours ('is', 'in') are mostly English in plain ASCII
_MIN_SCORE = 0.5
_MIN_FOR_LETTERS = 10
_LEAD = 12.0
"""Nats by which another language must be likelier than English."""


@lru_cache(maxsize=8192)
def script(text: str) -> str | None:
    """The script of most letters ('latin', 'arabic', 'han', ...) outside links and handles; None without any.

    Japanese is 'kana' wherever a fifth of its letters are kana.
    """
    text = without_mentions(text)
    if text.isascii():
        return "latin" if _SCRIPT_LETTERS["latin"].search(text) else None
    counts = {name: len(letters.findall(text)) for name, letters in _SCRIPT_LETTERS.items()}
    if counts["kana"] * 4 >= counts["han"] > 0 and counts["kana"]:
        counts["kana"] += counts["han"]
    name = max(counts, key=lambda n: counts[n])
    return name if counts[name] else None


def detect(text: str) -> str | None:
    """ISO 639-1 code of the post's language, None where it cannot tell: too short, no letters, not known.

    Known: ar fa ur he el ru uk zh ja ko th hi by script and letters; en es fr de pt it nl tr id by common
    words.
    """
    return _remembered(text) if len(text) < 5_000 else _remembered.__wrapped__(text[:20_000])


@lru_cache(maxsize=8192)
def _remembered(text: str) -> str | None:
    name = script(text)
    if name is None:
        return None
    if name == "latin":
        return _latin(text) or _by_letters(text)
    letters = len(_SCRIPT_LETTERS[name].findall(without_mentions(text)))
    if letters < (1 if name in ("han", "kana", "hangul") else _MIN_LETTERS):
        return None
    if name == "arabic":
        return _arabic(text)
    return _cyrillic(text.lower()) if name == "cyrillic" else _ONE_LANGUAGE[name]


def _arabic(text: str) -> str | None:
    urdu, kurdish = len(re.findall("[ٹڈڑےںھہ]", text)), len(re.findall("[ڵڕۆێ]", text))
    persian, arab = len(re.findall("[پچژگکی]", text)), len(re.findall("[ةىيكأإؤ]", text))
    if kurdish >= 2:
        return None
    if urdu >= 2 and urdu > arab / 4:
        return "ur"
    return "fa" if persian >= 2 and persian > arab else "ar"


def _cyrillic(text: str) -> str | None:
    if re.search("[ђјљњћџөүұқңғәһ]", text):
        return None
    ukrainian, russian = len(re.findall("[іїєґ]", text)), len(re.findall("[ыэъё]", text))
    return "uk" if ukrainian > russian else "ru"


def _by_letters(text: str) -> str | None:
    """Where common words say nothing (headlines of names), the letters decide, by a model of 97 languages (py3langid).

    A text is English unless another language is likelier by more than `_LEAD` nats: on headlines of names English
    itself is often not the likeliest, but seldom far behind; a real text of another language leads by 25 and more.
    Indonesian is left open, for it cannot be told from Malay.
    """
    bare = " ".join(words(HASHTAG.sub(" ", text)) or words(text))
    if sum(map(str.isalpha, bare)) < _MIN_FOR_LETTERS:
        return None
    ranks = _letters()(bare)
    scores = dict(ranks)
    first, best = max(ranks, key=lambda item: item[1])
    if best - scores["en"] <= _LEAD:
        return "en"
    return first if first in COMMON_WORDS and first != "id" else None


@lru_cache(maxsize=1)
def _letters() -> Callable[[str], list[tuple[str, float]]]:
    from py3langid.langid import rank

    return rank  # type: ignore[no-any-return]


def _latin(text: str) -> str | None:
    found = (words(HASHTAG.sub(" ", text)) if "#" in text else []) or words(text)
    tokens = [w.lower().replace("’", "'") for w in found if not w[0].isdecimal()]
    if sum(map(len, tokens)) < _MIN_LETTERS:
        return None
    scores = dict.fromkeys(COMMON_WORDS, 0.0)
    for word in tokens:
        for name in (holders := _HOLDERS.get(word, ())):
            scores[name] += 1 / len(holders)
    joined = " ".join(tokens)
    if max(scores.values()) < 3:
        for name, hint in (_ASCII_HINTS if joined.isascii() else _LETTER_HINTS).items():
            scores[name] += _HINT_WEIGHT * min(len(hint.findall(joined)), 4)
    if joined.isascii() and scores["en"]:
        scores["en"] += _ENGLISH_EDGE
    best, second = sorted(scores.values(), reverse=True)[:2]
    name = max(scores, key=lambda n: scores[n])
    lead = 0.1 if name == "en" or not joined.isascii() else min(0.5, scores["en"])
    return name if best >= _MIN_SCORE and best - second >= lead else None
