"""A rewrite that recites the training corpus is stopped; the words of the draft, and what everybody says, are not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from virality.errors import ViralityError
from virality.gates import Context, copied, gates_hash
from virality.gates.aids import Aids
from virality.gates.corpus import FILE, RUN, Corpus

POSTS = (
    "The old ferry to the island leaves at nine, and on the way back it waits for whoever missed the last bus home.",
    "عبّارة الجزيرة القديمة تنطلق في التاسعة صباحا وفي طريق العودة تنتظر كل من فاتته آخر حافلة إلى البيت.",
)
CORPUS = Corpus.of(POSTS)
CONTEXT = Context(aids=Aids(corpus=CORPUS), max_copied_words=RUN)
DRAFTS = ("Our ferry runs again from Monday.", "عبّارتنا تعود يوم الاثنين.")
RECITED = (
    "Our ferry runs again from Monday, and on the way back it waits for whoever missed the last bus!",
    "عبارتنا تعود يوم الاثنين، وفي طريق العودة تنتظر كلّ من فاتته آخر حافلة الى البيت",
)


@pytest.mark.parametrize("at", [0, 1])
def test_a_long_run_of_the_corpus_fails_and_is_shown(at: int) -> None:
    verdict = copied.check(DRAFTS[at], RECITED[at], CONTEXT)
    assert verdict.state == "fail"
    assert verdict.reason == f"{len(verdict.evidence[0].split())} words in a row stand in the training corpus"
    assert len(verdict.evidence[0].split()) > RUN
    assert verdict.evidence[0].split()[-1] in ("bus", "البيت")


@pytest.mark.parametrize("at", [0, 1])
def test_words_of_the_draft_itself_are_not_copied(at: int) -> None:
    assert copied.check(POSTS[at], f"{POSTS[at]} 🚢", CONTEXT).state == "pass"
    assert copied.check(RECITED[at], RECITED[at][:-1], CONTEXT).state == "pass"


def test_short_runs_are_everybodys() -> None:
    rewrite = "From Monday our ferry runs again: the old ferry to the island leaves early."
    assert copied.check(DRAFTS[0], rewrite, CONTEXT).state == "pass"


def test_the_longest_run_decides_and_the_context_says_how_long_it_may_be() -> None:
    words = POSTS[0].split()
    for count in (RUN, RUN + 1, RUN + 5):
        rewrite = " ".join(["Listen", *words[: RUN - 1], "then", *words[2 : 2 + count], "and", "rest"])
        assert len(CORPUS.longest(rewrite, DRAFTS[0])) == count
        state = copied.check(DRAFTS[0], rewrite, CONTEXT).state
        assert state == ("pass" if count == RUN else "fail")
        assert copied.check(DRAFTS[0], rewrite, Context(aids=CONTEXT.aids, max_copied_words=count)).state == "pass"


def test_nothing_is_said_without_an_index_or_without_blanks_between_words() -> None:
    assert copied.check(DRAFTS[0], RECITED[0], Context()).state == "not_checked"
    assert copied.check("船", "古い船は毎朝九時に島へ出ます、帰りは最終バスを待ちます", CONTEXT).state == "not_checked"


def test_case_marks_links_and_diacritics_do_not_hide_a_copy() -> None:
    loud = POSTS[0].upper().replace(",", " —") + " https://example.org/ferry"
    assert len(CORPUS.longest(loud, "")) == len(POSTS[0].split())


def test_an_empty_corpus_and_short_texts_hold_nothing() -> None:
    assert Corpus.of([]).longest(POSTS[0], "") == []
    assert Corpus.of(["three short words"]).hashes.size == 0
    assert CORPUS.longest("", "") == []


def test_an_index_is_kept_and_read_as_it_was_and_grows_by_another(tmp_path: Path) -> None:
    assert Corpus.beside(tmp_path) is None
    CORPUS.write(tmp_path / FILE)
    read = Corpus.beside(tmp_path)
    assert read is not None
    assert np.array_equal(read.hashes, CORPUS.hashes)
    assert read.version == CORPUS.version
    grown = Corpus.of(["one two three four five six seven eight nine"], read)
    assert len(grown.hashes) == len(read.hashes) + 2
    assert grown.version != read.version
    assert grown.longest(RECITED[0], DRAFTS[0]) == read.longest(RECITED[0], DRAFTS[0])


def test_the_hash_of_the_gates_tells_one_corpus_from_another() -> None:
    other = Aids(corpus=Corpus.of(["one two three four five six seven eight nine"]))
    hashes = {gates_hash(context) for context in (CONTEXT, replace(CONTEXT, aids=other), replace(CONTEXT, aids=Aids()))}
    assert len(hashes) == 3


def test_a_file_that_is_no_index_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text(json.dumps([1]))
    with (tmp_path / "floats.npy").open("wb") as file:
        np.save(file, np.zeros(3))
    for name in ("none.npy", "text.npy", "floats.npy"):
        with pytest.raises(ViralityError) as caught:
            Corpus.read(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
