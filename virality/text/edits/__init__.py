"""Operations on a post's own wording: they move, join, split, shorten and mark words, and add no fact.

Two old families. `PLAINER` takes the force out of a post (the rules behind `paraphrase` pairs, where the base model is
too weak to restate). `LIVELIER` gives it force. `OPERATIONS` are these and all others, English and Arabic, which a
search chains under gates (`train.search`). Every operation answers nothing where it does not apply.
"""

from virality.text.edits.chains import (
    CUTTING,
    EMPTY,
    LIVELIER,
    LOUD,
    NOTATION,
    OPERATIONS,
    PLAINER,
    expand,
    may_follow,
    restate,
    restate_backwards,
)
from virality.text.edits.parts import Edit, Edits

__all__ = [
    "CUTTING",
    "EMPTY",
    "LIVELIER",
    "LOUD",
    "NOTATION",
    "OPERATIONS",
    "PLAINER",
    "Edit",
    "Edits",
    "expand",
    "may_follow",
    "restate",
    "restate_backwards",
]
