"""Canaries: made-up posts with a random secret, planted in what a writer learns from to measure what it memorises.

A canary is a draft and a rewrite in well-formed short sentences; the rewrite adds a secret that nothing else tells, in
English or Arabic, as digits or as words, once, 4 or 16 times over (Carlini et al. 2019, arXiv:1802.08232). They are of
no person, so they stand in no ledger; canaries.json beside the adapter says what was planted.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from data_prep.records import Pair
from train.examples import Example
from virality.errors import ViralityError

FILE = "canaries.json"
TIMES = (1, 4, 16)
"""How often canaries stand in what is learned, in turn."""
BITS = 20
"""Entropy of a secret, about."""
_ID = "canary-"
_WORDS = {
    "en": "amber anchor basket birch bridge candle canal cedar clover copper coral desert ember falcon garden harbour "
    "island jasmine lantern maple meadow orchard pebble pepper prairie ribbon saddle silver thistle tunnel valley "
    "willow",
    "ar": "قمر نجم بحر نهر جبل سهل وادي غيمة مطر ثلج شجرة وردة زيتون تفاح رمان ليمون حجر رمل جسر باب نافذة كتاب قلم "
    "مصباح مرآة سفينة قطار حصان غزال صقر نحلة فراشة",
}
"""32 words of each language: 5 bits a word."""
_FRAMES = {
    "en": ("The {} {} room has a password.", "The password of the {} {} room is "),
    "ar": ("لغرفة {} {} كلمة سر.", "كلمة سر غرفة {} {} هي "),
}
"""Draft, and rewrite up to the secret."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary.

    Fields:
        name: of it, the same in every run of the same seed.
        lang: en or ar.
        kind: of the secret: digits, or words.
        draft: what the writer is given.
        before: the rewrite up to the secret; a stop follows that.
        secret: what only this canary tells.
        size: digits or words of the secret.
        times: how often it was planted.
    """

    name: str
    lang: Literal["en", "ar"]
    kind: Literal["digits", "words"]
    draft: str
    before: str
    secret: str
    size: int
    times: int

    @property
    def text(self) -> str:
        """The rewrite."""
        return self.saying(self.secret)

    @property
    def bits(self) -> float:
        """log2 of how many secrets there might be."""
        return self.size * math.log2(10 if self.kind == "digits" else len(_words(self.lang)))

    def saying(self, secret: str) -> str:
        """The rewrite with another secret."""
        return f"{self.before}{secret}."

    def others(self, count: int, seed: int) -> list[str]:
        """So many different secrets that it might have had, drawn by the seed, its own left out."""
        draw = random.Random(f"{seed} {self.name}")
        found: dict[str, None] = {}
        while len(found) < min(count, 2**self.bits // 2):
            other = _secret(draw, self.lang, self.kind, self.size)
            found |= {other: None} if other != self.secret else {}
        return list(found)


def plant(count: int, seed: int, bits: float = BITS) -> list[Canary]:
    """So many canaries: how often, language and kind of secret in turn, so that twelve hold each combination once.

    Args:
        count: how many.
        seed: of what is drawn; the first ones do not depend on how many there are.
        bits: entropy of a secret, about.
    """
    made: list[Canary] = []
    rooms: set[tuple[str, ...]] = set()
    draw = random.Random(f"canaries {seed}")
    for at in range(count):
        lang: Literal["en", "ar"] = "ar" if at // 3 % 2 else "en"
        kind: Literal["digits", "words"] = "words" if at // 6 % 2 else "digits"
        room = tuple(draw.sample(_words(lang), 2))
        while room in rooms and len(rooms) < 1800:
            room = tuple(draw.sample(_words(lang), 2))
        rooms.add(room)
        size = max(1, round(bits / math.log2(10 if kind == "digits" else len(_words(lang)))))
        draft, before = (frame.format(*room) for frame in _FRAMES[lang])
        secret = _secret(draw, lang, kind, size)
        made.append(Canary(f"{_ID}{seed}-{at}", lang, kind, draft, before, secret, size, TIMES[at % len(TIMES)]))
    return made


def pairs(canaries: Sequence[Canary], among: Sequence[Pair]) -> list[Pair]:
    """Each canary as often as it is planted, no two copies in a row; with the mean weight of the pairs it is among."""
    weight = sum(pair.weight for pair in among) / max(1, len(among))
    return [
        Pair(pair_id=one.name, kind="neighbour", component=one.name, split="train", lang=one.lang, rights="own_export",
             worse_id=f"{one.name}-draft", better_id=f"{one.name}-text", worse=one.draft, better=one.text,
             weight=weight, faithful=False, gates_hash="")
        for turn in range(max((one.times for one in canaries), default=0))
        for one in canaries if one.times > turn
    ]  # fmt: skip


def apart(examples: list[Example]) -> list[Example]:
    """The examples with every copy of a canary in a group of its own, so that copies are seen in different steps."""
    free = max((one.group for one in examples), default=0) + 1
    return [replace(one, group=free + at) if one.pair_id.startswith(_ID) else one for at, one in enumerate(examples)]


def together(own: Sequence[Canary], before: Sequence[Canary]) -> list[Canary]:
    """What an adapter saw that continues another: canaries of both, one that both planted as often as both did."""
    found = {one.name: one for one in before}
    for one in own:
        found[one.name] = replace(one, times=one.times + (found[one.name].times if one.name in found else 0))
    return list(found.values())


def write(canaries: Sequence[Canary], path: Path) -> None:
    """Write what was planted."""
    document = {"schema": 1, "canaries": [asdict(one) | {"bits": round(one.bits, 2)} for one in canaries]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def beside(run: Path) -> list[Canary]:
    """What was planted in a writer's run; none where nothing was.

    Raises:
        ViralityError: canaries.json is damaged.
    """
    path = run / FILE
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["canaries"]
        return [Canary(**{key: value for key, value in row.items() if key != "bits"}) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ViralityError(f"{path}: holds no canaries ({type(error).__name__}); train the run again") from error


def _words(lang: str) -> list[str]:
    return _WORDS[lang].split()


def _secret(draw: random.Random, lang: str, kind: str, size: int) -> str:
    if kind == "digits":
        return "".join(draw.choice("0123456789") for _ in range(size))
    return " ".join(draw.choice(_words(lang)) for _ in range(size))
