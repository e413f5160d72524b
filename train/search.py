"""Search for better wordings of a draft: chains of edits of its own words, under gates, led by a scorer.

No writer is asked. What comes out teaches one, and stands beside it as a control. Every answer differs from its draft
by what it must, passed every gate, and tells the chain of edits that made it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from train.candidates import gates_of
from virality.gates import FACT_GATES, GATES, Context
from virality.text.edits import CUTTING, EMPTY, LOUD, NOTATION, OPERATIONS, expand, may_follow
from virality.text.similarity import reworded
from virality.text.slots import Slotted, restore, slot

LEAST_EDIT = 0.15
"""Edit ratio from which a wording counts as another one."""
MOST_STEPS = 24
"""Edits of one text that are looked at, drawn by chance where there are more."""
QUIET = tuple(name for name in OPERATIONS if name not in (*LOUD, *EMPTY, *NOTATION))
"""Operations of a search: all but those that only make a post louder, add words that say nothing, or write a number
otherwise than its author."""
_CHEAP = ("changed", "length", "format", "links", "handles", "hashtags", "language", "numbers", "negation", "modality")
_ORDER = (*_CHEAP, *(name for name in (*FACT_GATES, *GATES) if name not in _CHEAP))

Score = Callable[[Sequence[str], Sequence[str]], "np.ndarray[tuple[int], np.dtype[np.float64]]"]
"""P(first beats second) of each two texts, as `Scorer.probability` answers it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wording of a draft that passed every gate.

    Fields:
        text: with handles and links restored.
        chain: names of the operations that made it, in order.
        p_better: probability that it beats the draft, by the scorer; nan where none was asked.
        edit: edit ratio to the draft, in [0, 1].
    """

    text: str
    chain: tuple[str, ...]
    p_better: float
    edit: float


@dataclass(frozen=True, slots=True)
class Source:
    """A draft to be searched: its text, platform and language as the gates want them."""

    text: str
    platform: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class _Node:
    text: str
    chain: tuple[str, ...]
    p: float = 0.5


def search(
    drafts: Sequence[Source],
    score: Score,
    gates: Context | None = None,
    *,
    beam: int = 6,
    depth: int = 3,
    most: int = 8,
    seed: int = 0,
    least_edit: float = LEAST_EDIT,
    apart: float = 0.1,
    names: tuple[str, ...] = QUIET,
) -> list[list[Candidate]]:
    """For each draft its best legal wordings, best first: up to `most` that differ by `apart` from each other.

    Beam search. Each text of the beam is expanded by every operation at every place; all new texts of all drafts are
    scored in one batch; then the best that pass the gates are kept, `beam` of them, so that gates are asked of few. A
    text that only changed marks or capitals passes on as a step but is no answer.

    Args:
        drafts: what to reword.
        score: the guide, asked once a depth.
        gates: thresholds and models; None: those of `train.candidates.gates_of`.
        beam: texts kept of each draft at each depth.
        depth: longest chain.
        most: answers of a draft.
        seed: of the draw among edits where there are more than `MOST_STEPS`.
        least_edit: least edit ratio of an answer to its draft.
        apart: least edit ratio between two answers, and between two texts of a beam.
        names: operations, keys of `virality.text.edits.OPERATIONS`.
    """
    forms = [slot(draft.text) for draft in drafts]
    beams = [[_Node(form.text, ())] for form in forms]
    seen = [{form.text} for form in forms]
    found: list[dict[str, Candidate]] = [{} for _ in drafts]
    asked = [_Asked(draft, gates) for draft in drafts]
    for level in range(depth):
        fresh = [
            _steps(nodes, known, names, random.Random(f"{seed}:{level}:{draft.text}"))
            for nodes, known, draft in zip(beams, seen, drafts, strict=True)
        ]
        flat = [(at, node) for at, nodes in enumerate(fresh) for node in nodes]
        if not flat:
            break
        chances = score([restore(node.text, forms[at]) for at, node in flat], [drafts[at].text for at, _ in flat])
        scored: list[list[_Node]] = [[] for _ in drafts]
        for (at, node), chance in zip(flat, chances, strict=True):
            scored[at].append(replace(node, p=float(chance)))
        for at, nodes in enumerate(scored):
            beams[at] = _survivors(nodes, forms[at], asked[at], beam, apart, least_edit, found[at])
    return [_best(mine, most, apart) for mine in found]


def cuts(
    drafts: Sequence[Source], gates: Context | None = None, *, seed: int = 0, least_edit: float = 0.0, depth: int = 4
) -> list[Candidate | None]:
    """For each draft one legal wording made by cutting and contracting alone, the shortest; None: nothing to cut."""
    out = []
    for draft in drafts:
        form, asked = slot(draft.text), _Asked(draft, gates)
        made: list[Candidate] = []
        nodes = [_Node(form.text, ())]
        known = {form.text}
        for level in range(depth):
            nodes = _steps(nodes, known, CUTTING, random.Random(f"{seed}:{level}:{draft.text}"))
            made += [one for node in nodes if (one := _legal(node, form, asked, least_edit, float("nan")))]
        short = [one for one in made if len(one.text) < len(draft.text)]
        out.append(min(short, key=lambda one: (len(one.text), one.text), default=None))
    return out


def legal(
    drafts: Sequence[Source],
    gates: Context | None = None,
    *,
    most: int = 8,
    seed: int = 0,
    least_edit: float = LEAST_EDIT,
    names: tuple[str, ...] = QUIET,
) -> list[list[Candidate]]:
    """For each draft up to `most` legal wordings drawn by chance: edits without a writer and without a guide."""
    out = []
    for draft in drafts:
        made: dict[str, Candidate] = {}
        for turn in range(2 * most):
            one = _walk(draft, gates, random.Random(f"{seed}:{turn}:{draft.text}"), least_edit, 4, 2, names)
            if one is not None:
                made.setdefault(one.text, one)
            if len(made) == most:
                break
        out.append(list(made.values()))
    return out


class _Asked:
    """The gates' answers about one draft, each wording asked once, the cheap gates first."""

    def __init__(self, draft: Source, gates: Context | None) -> None:
        self.draft = draft.text
        self.context = replace(gates or gates_of(), platform=draft.platform, lang=draft.lang)
        self.known: dict[str, str | None] = {}

    def fails(self, text: str) -> str | None:
        """The first gate that fails, None where all pass."""
        if text not in self.known:
            self.known[text] = next(
                (name for name in _ORDER if GATES[name](self.draft, text, self.context).state == "fail"), None
            )
        return self.known[text]


def _steps(nodes: Sequence[_Node], known: set[str], names: tuple[str, ...], chance: random.Random) -> list[_Node]:
    out = []
    for node in nodes:
        open_ = tuple(name for name in names if may_follow(node.chain, name))
        steps = [(name, text) for name, text in expand(node.text, open_) if text not in known]
        for name, text in steps if len(steps) <= MOST_STEPS else chance.sample(steps, MOST_STEPS):
            known.add(text)
            out.append(_Node(text, (*node.chain, name)))
    return out


def _survivors(
    nodes: list[_Node], form: Slotted, asked: _Asked, beam: int, apart: float, least: float, found: dict[str, Candidate]
) -> list[_Node]:
    """The best of `nodes` that the gates let pass or go on, unlike each other; answers among them go into `found`.

    Half of the beam is for the best, half for those farthest from the draft: small steps alone reach no answer.
    """
    kept: list[_Node] = []
    best = sorted(nodes, key=lambda node: (-node.p, node.text))
    for node, room in [
        *((node, beam - beam // 2) for node in best),
        *((node, beam) for node in sorted(best, key=lambda node: -reworded(form.text, node.text))),
    ]:
        if len(kept) >= room or node in kept:
            continue
        if any(reworded(node.text, other.text) < apart / 2 for other in kept):
            continue
        text = restore(node.text, form)
        if asked.fails(text) not in (None, "changed"):
            continue
        kept.append(node)
        if (one := _legal(node, form, asked, least, node.p)) is not None:
            found[one.text] = one
    return kept


def _legal(node: _Node, form: Slotted, asked: _Asked, least: float, p: float) -> Candidate | None:
    text = restore(node.text, form)
    edit = reworded(asked.draft, text)
    return Candidate(text, node.chain, p, edit) if edit >= least and asked.fails(text) is None else None


def _best(found: dict[str, Candidate], most: int, apart: float) -> list[Candidate]:
    kept: list[Candidate] = []
    for one in sorted(found.values(), key=lambda one: (-one.p_better, one.text)):
        if len(kept) == most:
            break
        if all(reworded(one.text, other.text) >= apart for other in kept):
            kept.append(one)
    return kept


def _walk(
    draft: Source, gates: Context | None, chance: random.Random, least: float, depth: int, tries: int,
    names: tuple[str, ...],
) -> Candidate | None:  # fmt: skip
    form, asked = slot(draft.text), _Asked(draft, gates)
    for _ in range(tries):
        node = _Node(form.text, ())
        for _ in range(depth):
            open_ = tuple(name for name in names if may_follow(node.chain, name))
            steps = [(name, text) for name, text in expand(node.text, open_) if text != form.text]
            chance.shuffle(steps)
            names_first = list(dict.fromkeys(name for name, _ in steps))
            chance.shuffle(names_first)
            steps.sort(key=lambda step: names_first.index(step[0]))
            after = next(
                (_Node(text, (*node.chain, name)) for name, text in steps[:6]
                 if asked.fails(restore(text, form)) in (None, "changed")),
                None,
            )  # fmt: skip
            if after is None:
                break
            node = after
            if (one := _legal(node, form, asked, least, float("nan"))) is not None:
                return one
    return None
