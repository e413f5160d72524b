"""Everything that is said of the texts of one system, together."""

from __future__ import annotations

from eval import texts
from eval.outcomes import Outcome
from eval.steps import Draft
from eval.voice import Accounts
from tests.eval.returned_world import PLACE, by_name

POSTS = {
    "loud": tuple(f"WOW!!! {at} rolls for you today!!!" for at in range(2, 10)),
    "calm": tuple(f"there were {at} rolls on the table, as ever." for at in range(2, 10)),
}
DRAFTS = [
    Draft(f"{account} {at}", str(at), text, "en", None)
    for account, posts in POSTS.items()
    for at, text in enumerate(posts)
]
ACCOUNTS = Accounts({draft.example_id: draft.example_id.split()[0] for draft in DRAFTS}, POSTS)


def outcome(draft: Draft, judge: float | None) -> Outcome:
    return Outcome(
        example_id=draft.example_id,
        component=draft.component,
        draft=draft.text,
        rewrites=[f"{draft.text} Tag a friend"],
        passed=[True],
        scorer=[0.6],
        returned=None if judge is None else 0,
        judge=judge,
        judged=[judge],
        first={1: judge},
    )


def test_what_was_returned_is_measured_and_names_end_in_the_system() -> None:
    every_other = [outcome(draft, 0.7 if at % 2 else None) for at, draft in enumerate(DRAFTS)]
    found = by_name(texts.figures(DRAFTS, every_other, ACCOUNTS, PLACE, 0, ".base"))
    assert all(name.endswith(".base") for name in found)
    assert found["honesty.bait_tag.difference.base"].value == 100.0
    assert found["facts.numbers.base"].value == 1.0
    assert found["voice.own_nearer.before.base"].n == found["diversity.self_bleu.after.base"].n == 8
    assert found["net_gain.matched.base"].note == "in every rewrite one of them rose"
    assert {figure.subset for figure in found.values()} == {"returned"}


def test_where_nothing_was_returned_every_figure_is_there_and_missing() -> None:
    some = texts.figures(DRAFTS, [outcome(one, 0.7) for one in DRAFTS], ACCOUNTS, PLACE, 0)
    none = texts.figures(DRAFTS, [outcome(one, None) for one in DRAFTS], ACCOUNTS, PLACE, 0)
    assert [(one.name, one.unit) for one in none] == [(one.name, one.unit) for one in some]
    assert {figure.value for figure in none} == {None}
    assert {figure.note for figure in none} == {"no rewrite was returned"}
