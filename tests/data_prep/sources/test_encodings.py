"""Bytes as text, wherever the pieces are cut."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_prep.sources.encodings import Decoder, decode, text_stream

CONTENT = (
    st.binary(max_size=60)
    | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(max_size=30).map(lambda text: text.encode("utf-16", "surrogatepass"))
    | st.tuples(st.text(max_size=9), st.binary(max_size=3), st.text(max_size=9)).map(
        lambda parts: parts[0].encode("utf-8", "replace") + parts[1] + parts[2].encode("utf-8", "replace")
    )
)


@given(content=CONTENT, cuts=st.lists(st.integers(0, 60), max_size=8))
@example(content="☕é".encode() + b"\xe2\x98" + "é".encode(), cuts=[1, 2, 4, 6])
def test_text_is_the_same_wherever_its_bytes_are_cut(content: bytes, cuts: list[int]) -> None:
    decoder, places = Decoder(), sorted({0, *(min(cut, len(content)) for cut in cuts), len(content)})
    pieces = [content[start:end] for start, end in itertools.pairwise(places)]
    text = "".join(decoder.decode(piece) for piece in pieces) + decoder.decode(b"", final=True)
    assert text == decode(content)
    assert text_stream(io.BufferedReader(io.BytesIO(content), 3)).read() == text


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_good_text_is_read_as_it_was_written(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"Caf\xe9 \xe2\x98\x95", "Café ☕"), (b"a\0b", "ab"), (b"", ""), (b"\xef\xbb\xbf", ""), (b"\xff", "ÿ"),
     ("\ufeffBun".encode("utf-16-be"), "Bun"), ("\ufeffBun".encode("utf-32-le"), "Bun"), (b"\xff\xfeB\0\0", "B�")],
)  # fmt: skip
def test_bytes_that_are_not_utf_8_are_latin_1_and_they_alone(content: bytes, text: str) -> None:
    assert decode(content) == text
