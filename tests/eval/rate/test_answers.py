"""An answer that was given is never lost: not by a crash, a full disk, another process or a change of mind."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from eval.rate.answers import Answer, Ratings, file_of, read
from tests.eval.rate.world import evaluated, session
from virality.errors import ViralityError


def answer(name: str, choice: str | None = "first", shown_first: str = "draft", same: bool | None = None) -> Answer:
    return Answer.model_validate({"example_id": name, "shown_first": shown_first, "choice": choice, "same": same,
                                  "at": "2026-01-01T00:00:00+00:00"})  # fmt: skip


def given(run: Path, *answers: Answer, rater: str = "anna", rewrites: str = "a1") -> Path:
    """The file of a rater who said this and then crashed: nothing is closed in order."""
    run.mkdir(exist_ok=True)
    ratings = Ratings(run, rater, rewrites)
    for one in answers:
        ratings.add(one)
    ratings.close()
    return ratings.path


@pytest.mark.parametrize(
    ("choice", "shown_first", "preferred"),
    [
        ("first", "draft", "draft"),
        ("second", "draft", "rewrite"),
        ("first", "rewrite", "rewrite"),
        ("second", "rewrite", "draft"),
        ("no difference", "rewrite", "no difference"),
        (None, "rewrite", None),
    ],
)
def test_a_choice_is_of_the_text_whichever_side_it_stood_on(choice: str, shown_first: str, preferred: str) -> None:
    assert answer("a", choice, shown_first).prefers == preferred


def test_the_last_answer_to_an_item_counts_and_the_first_stays_in_the_file(tmp_path: Path) -> None:
    path = given(tmp_path, answer("a"), answer("b"), answer("a", "second"))
    assert read(tmp_path, "a1") == {"anna": {"a": answer("a", "second"), "b": answer("b")}}
    assert len(path.read_text().splitlines()) == 4


def test_a_crash_at_any_byte_of_a_line_loses_at_most_that_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = given(tmp_path, answer("a"), answer("b"), answer("ü"))
    data = path.read_bytes()
    begin = data[:-1].rfind(b"\n") + 1
    for end in range(begin, len(data)):
        path.write_bytes(data[:end])
        assert set(read(tmp_path, "a1")["anna"]) == {"a", "b"}
        ratings = Ratings(tmp_path, "anna", "a1")
        assert set(ratings.answers) == {"a", "b"}
        ratings.add(answer("c"))
        ratings.close()
        assert set(read(tmp_path, "a1")["anna"]) == {"a", "b", "c"}
    assert capsys.readouterr().err.count("cut short by a crash") == len(data) - begin - 1


def test_a_crash_in_the_first_line_begins_anew(tmp_path: Path) -> None:
    path = given(tmp_path)
    path.write_bytes(path.read_bytes()[:10])
    assert read(tmp_path, "a1") == {}
    given(tmp_path, answer("a"))
    assert set(read(tmp_path, "a1")["anna"]) == {"a"}


def test_an_answer_that_finds_the_disk_full_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    ratings = Ratings(tmp_path, "anna", "a1")
    ratings.add(answer("a"))
    before = ratings.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            ratings.add(answer("b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ratings.path.read_bytes() == before
    assert set(ratings.answers) == {"a"}
    ratings.add(answer("b"))
    ratings.close()
    assert set(read(tmp_path, "a1")["anna"]) == {"a", "b"}


def test_one_rater_cannot_rate_twice_at_a_time(tmp_path: Path) -> None:
    ratings = Ratings(tmp_path, "anna", "a1")
    with pytest.raises(ViralityError, match="is open in another"):
        Ratings(tmp_path, "anna", "a1")
    ratings.close()
    Ratings(tmp_path, "anna", "a1").close()


@pytest.mark.parametrize("name", ["", "../anna", "a b", "anna.", "-anna", "Zoë", "x" * 41, "a/b", "a\n"])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ViralityError, match=r"letters a to z, digits") as error:
        file_of(tmp_path, name)
    assert "\n" not in str(error.value)


def test_ratings_of_other_rewrites_or_of_another_rater_are_refused(tmp_path: Path) -> None:
    path = given(tmp_path, answer("a"))
    for ask in (lambda: read(tmp_path, "b2"), lambda: Ratings(tmp_path, "anna", "b2")):
        with pytest.raises(ViralityError, match="rates the rewrites of another report"):
            ask()
    path.rename(path.with_name("bert.jsonl"))
    with pytest.raises(ViralityError, match=r"holds the answers of 'anna'; name it anna\.jsonl"):
        read(tmp_path, "a1")


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = given(tmp_path, answer("a"), answer("b"))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], '{"choice": "third"}', lines[2]]) + "\n")
    with pytest.raises(ViralityError, match="line 2 is not an answer"):
        read(tmp_path, "a1")
    path.write_text("something else\n")
    with pytest.raises(ViralityError, match="line 1 is not the head"):
        read(tmp_path, "a1")


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "ratings").write_text("in the way")
    with pytest.raises(ViralityError, match="cannot be written"):
        Ratings(tmp_path, "anna", "a1")


def test_a_rater_goes_on_at_the_first_pair_that_is_open(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    with session(run, "anna") as opened:
        assert opened.start() == 1
        opened.answer(1, "first", None)
        opened.answer(2, None, True)  # the second question alone is no choice
        assert opened.answer(3, "no difference", False).answered == 2
    with session(run, "anna") as again:
        assert (again.start(), again.answered) == (2, 2)
        assert again.view(2).same is True
        assert again.view(1).following == 2
        assert again.answer(2, "second", True).following == 4
        assert again.view(3).choice == "no difference"
    with session(run, "bert") as other:
        assert (other.start(), other.answered) == (1, 0)
