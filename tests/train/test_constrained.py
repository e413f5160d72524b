"""A writer that is held to the words of a draft while it writes."""

from __future__ import annotations

import pytest
import torch

from train import steps
from train.candidates import judge_gates, sample
from train.constrained import Accounted, accounting
from train.gate_settings import GateSettings, context
from train.steering import Steering
from virality.gates.accounted import unaccounted
from virality.models.checked import Checked
from virality.models.generate import pieces

DRAFT = "A lot of people cannot sleep in July, and the shop sells no ice"


def refused(text: str, draft: str = DRAFT) -> str:
    """The text as far as it may be written, where every word and mark is a piece of its own; whole where all may."""
    may = Accounted(draft)
    written = ""
    for piece in text.replace(" ", "| ").replace(".", "|.").replace(",", "|,").replace("\n", "|\n").split("|"):
        if not may(written, piece):
            return written
        written += piece
    return written if may(written, None) else f"{written} ..."


@pytest.mark.parametrize(
    "text",
    [
        DRAFT,
        "The shop sells no ice, and many people can't sleep in July",
        "In July many people can't sleep.\nThe shop sells no ice",
    ],
)
def test_what_is_accounted_for_can_be_written_to_its_end(text: str) -> None:
    assert unaccounted(DRAFT, text, "en") == ((), ())
    assert refused(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("The shop sells no ice, ice", "The shop sells no ice,"),  # once too often
        ("Many people in July, a lot of", "Many people in July, a lot"),  # what stands for it is there
        ("The bakery", "The"),  # nothing stands for it
        ("The shop shop", "The shop"),
        ("The shop sells no ice", "The shop sells no ice ..."),  # no end while words are missing
        ("In July a lot of people can't sleep, and the shop sells no ice,",
         "In July a lot of people can't sleep, and the shop sells no ice, ..."),
        ("The the", "The"),
        ('"', ""),
        ("In July\n\n\n\n", "In July\n\n"),
    ],
)  # fmt: skip
def test_it_ends_where_a_word_cannot_be_accounted_for(text: str, written: str) -> None:
    assert refused(text).rstrip() == written.rstrip()


def test_words_in_pieces_are_refused_when_no_word_begins_so() -> None:
    may = Accounted(DRAFT)
    assert may("The sh", "op")
    assert not may("The sh", "ips")
    assert not may("The sh", " sells")  # 'sh' is no word
    assert may("People can", "'t")
    assert not may("People can't sleep, the shop", "'t")


def test_slots_come_once_and_are_not_left_out() -> None:
    draft = "Ask @1 about the bread of <link1>"
    assert refused("About the bread of <link1> ask @1", draft) == "About the bread of <link1> ask @1"
    may = Accounted(draft)
    assert not may("About the bread of <link1> ask", None)
    assert not may("Ask @1 about the bread of <link1> <link1", ">")


@pytest.mark.parametrize(
    ("text", "piece", "can"),
    [
        ("Bread of", " <", True),
        ("Bread of <", "link", True),
        ("Bread of <", "here", False),
        ("Bread of <link", "1", True),
        ("Bread of <link", "2", False),
        ("Bread of <link1> with #", "ry", True),
        ("Bread of <link1> with #", "rye", True),
        ("Bread of <link1> with #ry", "e", True),
        ("Bread of <link1> with #ry", "s", False),
        ("Bread of <link1> with #rye", " <", False),
        ("Bread of <link1> with #rye", " #", False),
        ("Bread of <link1> with #", "\n", False),
        ("Bread of <link1> with", " rye", False),
        ("Ask @", "2", False),
        ("Ask @1", " about", True),
        ("Ask @1 about", " @", False),
    ],
)
def test_marks_begin_what_the_draft_has_behind_them(text: str, piece: str, can: bool) -> None:
    assert Accounted("Ask @1 about the bread of <link1> with #rye")(text, piece) == can


def test_articles_and_hyphens_that_are_no_english_are_refused() -> None:
    may = Accounted("The open letter of an old, well-known sailor")
    assert not may("A", " open")
    assert may("An", " open")
    assert may("The well", "-known")
    assert not may("The old", "-sailor")
    assert not may("This is it", ".")  # says nothing


def test_drafts_that_are_not_english_are_not_held() -> None:
    assert accounting("كثير من الناس لا ينامون في تموز بسبب الحر الشديد") is None


def test_refused_tokens_are_drawn_anew_and_a_row_without_likely_ones_ends() -> None:
    spelt = ["ice", "sun", None]

    def may(text: str, piece: str | None) -> bool:
        return piece != "ice"

    def greedy(logits: torch.Tensor, live: list[int], at: int) -> torch.Tensor:
        return logits.argmax(-1)

    drawn = Checked([may, None], spelt, 1, [greedy, greedy], greedy)
    likely = torch.tensor([[1.0, 0.0, -9.0], [1.0, 0.0, -9.0]])
    assert drawn(likely, [0, 1], 0).tolist() == [1, 0]
    hardly = torch.tensor([[9.0, 0.0, -9.0], [9.0, 0.0, -9.0]])
    assert drawn(hardly, [0, 1], 1).tolist() == [2, 0]
    assert likely[0].tolist() == [1.0, 0.0, -9.0]


def test_an_end_that_is_refused_stands_where_the_model_means_it() -> None:
    def greedy(logits: torch.Tensor, live: list[int], at: int) -> torch.Tensor:
        return logits.argmax(-1)

    drawn = Checked([lambda text, piece: piece is not None], ["ice", None], 1, [greedy], greedy)
    assert drawn(torch.tensor([[0.0, 0.5]]), [0], 0).tolist() == [0]
    assert drawn(torch.tensor([[0.0, 3.0]]), [0], 1).tolist() == [1]


def test_pieces_tell_what_a_token_adds_behind_others() -> None:
    writer = steps.load_base("tiny:llama", "rewrite", precision="fp32")
    tokens = writer.tokenizer(" ice", add_special_tokens=False)["input_ids"]
    found = pieces(writer.tokenizer, [*tokens, 0], {0})
    assert "".join(one or "" for one in found[:-1]) == " ice"
    assert found[-1] is None


def test_an_untrained_writer_writes_no_word_too_many() -> None:
    writer = steps.load_base("tiny:llama", "rewrite", precision="fp32")
    draft = "The shop sells ice"
    made = sample(writer, [draft], samples=6, temperature=1.5, seed=1, steering=Steering(accounted=True))[0]
    held = context(GateSettings(accounted=True), None)
    for one in made:
        verdicts = {verdict.gate: verdict for verdict in judge_gates(draft, one.text, None, "en", held)}
        came = unaccounted(draft, one.text, "en")[0]
        assert len(came) <= 1, (one.text, verdicts["accounted"])  # a row that ended within a word
