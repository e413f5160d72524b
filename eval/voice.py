"""Whether rewrites still sound like their author: style beside the account's own posts, and phrases of machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_prep.records import Pair
from eval.records import Figure
from eval.returned import Returned
from virality.gates import machine_phrases, phrases
from virality.gates.style import FEWEST_POSTS, Array, Space, delta
from virality.gates.wording import KNOWN, language_of
from virality.text.lang import script

FEWEST_DRAFTS = 2
"""Returned rewrites of an account that its style after rewriting is told from."""

_DASHES = ("—", "–", " -- ")


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who wrote what.

    Fields:
        of_post: id of a post -> its account.
        posts: account -> its different posts.
    """

    of_post: Mapping[str, str]
    posts: Mapping[str, tuple[str, ...]]


def accounts(pairs: Iterable[Pair]) -> Accounts:
    """The accounts of measured pairs and their posts; empty where the corpus names none."""
    of_post: dict[str, str] = {}
    posts: dict[str, dict[str, None]] = {}
    for pair in pairs:
        if pair.author_id is not None:
            for post_id, text in ((pair.worse_id, pair.worse), (pair.better_id, pair.better)):
                of_post[post_id] = pair.author_id
                posts.setdefault(pair.author_id, {})[text] = None
    return Accounts(of_post, {account: tuple(texts) for account, texts in posts.items()})


def figures(returned: Returned, owners: Sequence[str | None], posts: Mapping[str, Sequence[str]]) -> list[Figure]:
    """Style distances, the distance between accounts, phrases of machines and dashes; each before, after, difference.

    `writer.voice.distance_own`: Burrows's Delta to the mean style of the account's other posts;
    `writer.voice.distance_others`: the same to other accounts that write in the same script; `writer.voice.own_nearer`:
    share of those accounts that are farther than its own (chance is 50%); `writer.voice.between_accounts`: mean Delta
    between the mean styles of accounts, over accounts, which falls where a system makes authors sound alike;
    `writer.voice.machine_phrases`: share of posts with one; `writer.voice.dashes`: mean a post.

    Args:
        returned: rewrites beside drafts.
        owners: account of each draft, or None: (N,).
        posts: account -> its different posts, drafts among them.
    """
    return [*_beside_posts(returned, owners, posts), *_between(returned, owners, posts), *_phrases(returned)]


def has_machine_phrase(text: str) -> bool:
    """Whether the text has a phrase that gives machines away."""
    return bool(phrases.found(machine_phrases.GATE, text))


def dashes(text: str) -> int:
    """Dashes that part a sentence."""
    return sum(text.count(dash) for dash in _DASHES)


def _beside_posts(returned: Returned, owners: Sequence[str | None], posts: Mapping[str, Sequence[str]]) -> list[Figure]:
    enough = {account: texts for account, texts in posts.items() if len(texts) >= FEWEST_POSTS}
    rows = len(returned.drafts)
    found = np.full((2, 3, rows), np.nan)  # of drafts and rewrites: own, others, nearer
    if enough and rows:
        space = Space.of([text for texts in posts.values() for text in texts])
        own = {account: space.vectors(texts) for account, texts in enough.items()}
        centres = {account: mine.mean(0) for account, mine in own.items()}
        scripts = {account: _script(texts) for account, texts in enough.items()}
        sides = space.vectors(returned.drafts), space.vectors(returned.rewrites)
        for row, (draft, account) in enumerate(zip(returned.drafts, owners, strict=True)):
            if account is None or account not in enough:
                continue
            others = [centres[other] for other in enough if other != account and scripts[other] == scripts[account]]
            mine = [at for at, text in enumerate(enough[account]) if text != draft]
            if not others or len(mine) < FEWEST_POSTS:
                continue
            centre = own[account][mine].mean(0)
            for side, vectors in enumerate(sides):
                near, far = float(delta(vectors[row], centre)), delta(np.stack(others), vectors[row])
                found[side, :, row] = near, far.mean(), (far > near).mean() + (far == near).mean() / 2
    why = "the corpus names no accounts" if not posts else (
        f"no account that is rewritten has {FEWEST_POSTS} posts beside the draft, and another of its script to compare"
    )  # fmt: skip
    out = []
    for at, (name, unit, note) in enumerate(_DISTANCES):
        before, after = (_values(found[side, at]) for side in (0, 1))
        out += returned.before_and_after(f"voice.{name}", before, after, unit, note, why)
    return out


_DISTANCES = (
    ("distance_own", "ratio", "Burrows's Delta to the account's other posts, in standard deviations of a post"),
    ("distance_others", "ratio", "mean Burrows's Delta to the posts of other accounts of the same script"),
    ("own_nearer", "share", "share of other accounts whose posts are farther than the account's own; chance is 50%"),
)


def _between(returned: Returned, owners: Sequence[str | None], posts: Mapping[str, Sequence[str]]) -> list[Figure]:
    held = Counter(owner for owner in owners if owner is not None)
    named = [account for account, count in sorted(held.items()) if count >= FEWEST_DRAFTS]
    note = "mean Burrows's Delta between the mean styles of accounts of one script, over accounts, on the same drafts"
    why = "the corpus names no accounts" if not posts else (
        f"there are no two accounts of one script with {FEWEST_DRAFTS} rewrites each"
    )  # fmt: skip
    sides: list[list[float | None]] = [[], []]
    if len(named) > 1:
        space = Space.of([text for texts in posts.values() for text in texts])
        rows = {account: [at for at, owner in enumerate(owners) if owner == account] for account in named}
        scripts = np.asarray([_script([returned.drafts[at] for at in rows[account]]) for account in named])
        for side, texts in enumerate((returned.drafts, returned.rewrites)):
            vectors = space.vectors(texts)
            centres = np.stack([vectors[rows[account]].mean(0) for account in named])
            sides[side] = _to_others(centres, scripts)
    before, after = sides
    return returned.before_and_after("voice.between_accounts", before, after, "ratio", note, why, named[: len(before)])


def _to_others(centres: Array, scripts: np.ndarray) -> list[float | None]:
    """Mean Delta of each account to the others of its script; None where there is none: (A,)."""
    out: list[float | None] = []
    for at, centre in enumerate(centres):
        others = scripts == scripts[at]
        others[at] = False
        out.append(float(delta(centres[others], centre).mean()) if others.any() else None)
    return out


def _phrases(returned: Returned) -> list[Figure]:
    rows = zip(returned.drafts, returned.rewrites, returned.langs, strict=True)
    known = [language_of(draft, rewrite, lang) in KNOWN for draft, rewrite, lang in rows]
    before, after = (
        [float(has_machine_phrase(text)) if told else None for text, told in zip(texts, known, strict=True)]
        for texts in (returned.drafts, returned.rewrites)
    )
    note = "share of posts with such a phrase, by a list of English and Arabic; people write some of them too"
    why = "the list is of English and Arabic, and no draft is known to be in either"
    cut, cuts = ([float(dashes(text)) for text in texts] for texts in (returned.drafts, returned.rewrites))
    return [
        *returned.before_and_after("voice.machine_phrases", before, after, note=note, why=why),
        *returned.before_and_after("voice.dashes", cut, cuts, "ratio", "mean a post"),
    ]


def _script(texts: Sequence[str]) -> str:
    """The script of most of the texts."""
    return Counter(script(text) or "" for text in texts).most_common(1)[0][0]


def _values(row: Array) -> list[float | None]:
    return [None if np.isnan(value) else value for value in row.tolist()]
