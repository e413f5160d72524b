"""Files -> parts: read once, cleaned, found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data_prep import ingest
from data_prep.engine import Engine, one_row
from data_prep.ingest import Rules
from data_prep.privacy import author_key, hash_author
from data_prep.records import Post
from data_prep.sources import About, bluesky
from data_prep.traits import traits
from tests.data_prep.bakery import write_csv
from tests.data_prep.sources.exports import FIXTURES
from tests.data_prep.sources.reading import items
from virality.atomic import sha256
from virality.errors import ViralityError

COLUMNS = {"post_id": "id", "text": "said", "author": "who", "likes": "hearts", "repost": "shared", "posted_at": "when"}
RULES = Rules(min_words=2, max_characters=200, replies=False, reposts=False)


def row(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": f"p{number}", "said": f"Rolls of batch {number} are ready", "who": "Jo Baker", "hearts": number,
        "shared": "", "when": "2024-03-04T08:00:00Z",
    } | more  # fmt: skip


def read(
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    rules: Rules = RULES,
    *,
    file: str = "posts.csv",
    kind: str = "table",
    about: About | None = None,
) -> Path:
    """The part of one CSV file of these rows."""
    path = write_csv(folder / file, rows)
    what = about or About("bakery", "own_export", columns=COLUMNS)
    [part] = ingest.ingest(kind, [(path, sha256(path))], what, rules, folder / "parts", workers=1)
    return part


def table(part: Path, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(part / f"{name}.parquet").to_pylist())


def all_bytes(part: Path) -> bytes:
    """Everything a part says, without the compression."""
    return "\n".join(str(table(part, name)) for name in ("posts", "dropped", "labels")).encode()


def test_every_row_is_kept_or_dropped_with_its_reason_and_its_place(tmp_path: Path) -> None:
    part = read(tmp_path, [row(1), row(2, said="Rolls"), row(3, said=""), row(4, hearts="many"), row(5)])
    assert [(post["post_id"], post["row"], post["likes"]) for post in table(part, "posts")] == [
        ("p1", 1, 1),
        ("p5", 5, 5),
    ]
    dropped = table(part, "dropped")
    assert [(drop["reason"], drop["row"]) for drop in dropped] == [("too_short", 2), ("no_text", 3), ("bad_likes", 4)]
    assert (dropped[2]["field"], dropped[2]["value"]) == ("likes", "many")
    assert {Path(one["file"]).name for one in [*dropped, *table(part, "posts")]} == {"posts.csv"}


def test_a_post_carries_its_traits_and_times_in_seconds(tmp_path: Path) -> None:
    [post] = table(read(tmp_path, [row(1)]), "posts")
    found = traits([post["text"]], [post["lang"]])
    assert post["folded"] == found.folded[0]
    assert post["words"] == found.words.to_pylist()[0]
    assert post["shingles"] == found.shingles.to_pylist()[0]
    assert post["posted_at"] == 1709539200


def test_accounts_leave_as_keyed_hashes_and_addresses_as_masks(tmp_path: Path) -> None:
    rows = [
        row(1, said="Ask jo@mill.example for rolls"),
        row(2, said="a", who="Ann Miller"),
        row(3, said="Call +962791234567 for bread"),
    ]
    part = read(tmp_path, rows)
    assert [post["text"] for post in table(part, "posts")] == ["Ask <email> for rolls", "Call <phone> for bread"]
    assert {post["author_id"] for post in table(part, "posts")} == {hash_author("Jo Baker", author_key())}
    assert table(part, "dropped")[0]["author_id"] == hash_author("Ann Miller", author_key())
    for name in (b"Jo Baker", b"Ann Miller", b"jo@mill", b"962791"):
        assert name not in all_bytes(part)


def test_the_account_of_a_whole_file_is_hashed_too(tmp_path: Path) -> None:
    columns = {name: column for name, column in COLUMNS.items() if name != "author"}
    part = read(tmp_path, [row(1)], about=About("bakery", "own_export", account="Ann Miller", columns=columns))
    assert table(part, "posts")[0]["author_id"] == hash_author("Ann Miller", author_key())


def test_of_opted_out_rows_neither_text_nor_account_nor_id_is_kept(tmp_path: Path) -> None:
    rules = Rules(2, 200, replies=False, reposts=False, opted_out=frozenset({"jo baker", "p3", "p4"}))
    ann = {"who": "Ann Miller"}
    rows = [row(1), row(2, **ann), row(3, **ann, said="A secret recipe"), row(4, **ann, hearts="secret likes"),
            row(5, said="x")]  # fmt: skip
    part = read(tmp_path, rows, rules)
    assert [post["post_id"] for post in table(part, "posts")] == ["p2"]
    dropped = table(part, "dropped")
    assert [drop["reason"] for drop in dropped] == ["opted_out"] * 4
    assert {drop["text"] for drop in dropped} == {""}
    assert {drop[name] for drop in dropped for name in ("author_id", "value", "likes", "posted_at")} == {None}
    for secret in (
        b"batch 1",
        b"secret",
        b"Jo Baker",
        b"'p1'",
        b"'p3'",
        hash_author("Jo Baker", author_key()).encode(),
    ):
        assert secret not in all_bytes(part)


def test_who_denies_generative_ai_leaves_no_text(tmp_path: Path) -> None:
    files = [(FIXTURES / "bluesky_posts.jsonl", "digest")]
    [part] = ingest.ingest("bluesky", files, About("feed", "consent"), RULES, tmp_path / "parts", workers=1)
    dropped = table(part, "dropped")
    denied = [drop for drop in dropped if drop["reason"] == "intent"]
    assert [(drop["text"], drop["author_id"], drop["intents"]) for drop in denied] == [("", None, None)]
    assert len(table(part, "posts")) > 0
    assert not any('"generative_ai": false' in (post["intents"] or "") for post in table(part, "posts"))
    read = [one for one in items(bluesky, files[0][0], About("feed", "consent")) if isinstance(one, Post)]
    [denies] = [post for post in read if '"generative_ai": false' in (post.intents or "")]
    assert denies.text.encode() not in all_bytes(part)


@pytest.mark.parametrize("sign", ["mark", "old form"])
def test_of_a_repost_nothing_that_somebody_else_wrote_is_kept(tmp_path: Path, sign: str) -> None:
    repost = (
        row(2, said="Words of the mill", shared="1") if sign == "mark" else row(2, said="RT @mill Words of the mill")
    )
    part = read(tmp_path, [row(1), repost])
    assert [(drop["reason"], drop["text"], drop["author_id"]) for drop in table(part, "dropped")] == [
        ("repost", "", None)
    ]
    assert b"Words of the mill" not in all_bytes(part)


def test_values_that_cannot_be_read_are_masked_too(tmp_path: Path) -> None:
    [drop] = table(read(tmp_path, [row(1), row(2, hearts="ask jo@mill.example")]), "dropped")
    assert drop["value"] == "ask <email>"


# --- too many bad rows


def test_a_file_of_which_too_much_cannot_be_read_stops_the_run_and_leaves_no_part(tmp_path: Path) -> None:
    rows = [row(number, hearts="many" if number < 3 else 1) for number in range(40)]
    with pytest.raises(
        ViralityError, match=r"3 of 40 rows cannot be read \(7\.5%, .*source\.max_bad = 5\.0%\); .*row 1"
    ):
        read(tmp_path, rows)
    assert not list((tmp_path / "parts").glob("*"))
    assert len(table(read(tmp_path, rows, Rules(2, 200, False, False, max_bad=0.1)), "dropped")) == 3


def test_a_few_bad_rows_of_a_few_are_no_reason_to_stop(tmp_path: Path) -> None:
    assert len(table(read(tmp_path, [row(1), row(2, hearts="many")]), "dropped")) == 1


def test_a_file_of_which_nothing_can_be_read_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="1 of 1 rows cannot be read"):
        read(tmp_path, [row(1, hearts="many")])


# --- parts


def test_a_part_is_found_again_and_a_further_file_is_one_more(tmp_path: Path) -> None:
    about = About("bakery", "own_export", columns=COLUMNS)

    def parts(*names: str) -> list[Path]:
        files = [(tmp_path / name, sha256(tmp_path / name)) for name in names]
        return ingest.ingest("table", files, about, RULES, tmp_path / "parts", workers=1)

    write_csv(tmp_path / "march.csv", [row(1)])
    write_csv(tmp_path / "april.csv", [row(2)])
    [march] = parts("march.csv")
    made = {path: path.stat().st_mtime_ns for path in march.iterdir()}
    again, april = parts("march.csv", "april.csv")
    assert again == march != april
    assert {path: path.stat().st_mtime_ns for path in march.iterdir()} == made
    assert {path.name for path in made} == {"posts.parquet", "dropped.parquet", "labels.parquet"}
    write_csv(tmp_path / "march.csv", [row(1, said="Rolls are sold out")])
    assert parts("march.csv") != [march]


def test_what_decides_what_is_kept_decides_which_part_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(1)]
    abouts = [About("bakery", "own_export", columns=COLUMNS), About("mill", "own_export", columns=COLUMNS),
              About("bakery", "consent", columns=COLUMNS),
              About("bakery", "own_export", columns=COLUMNS, platform="x")]  # fmt: skip
    rules = [Rules(1, 200, False, False), Rules(2, 199, False, False), Rules(2, 200, True, False),
             Rules(2, 200, False, False, opted_out=frozenset({"nobody"}))]  # fmt: skip
    made = [read(tmp_path, rows, about=about) for about in abouts] + [read(tmp_path, rows, each) for each in rules]
    assert len(set(made)) == 8
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "somebody else"))
    assert read(tmp_path, rows) not in made


def test_the_author_key_is_written_nowhere(tmp_path: Path) -> None:
    part = read(tmp_path, [row(1)])
    assert author_key().hex().encode() not in all_bytes(part) + part.name.encode()


def test_labels_know_the_stem_of_their_file(tmp_path: Path) -> None:
    columns = {"first": "one", "second": "two", "label": "won"}
    about = About("pairs", "consent", columns=columns)
    rows = [{"one": "Bread is ready", "two": "Come and get bread", "won": 1}]
    part = read(tmp_path, rows, about=about, kind="labelled_pairs", file="validation.csv")
    posts = {post["post_id"]: post["text"] for post in table(part, "posts")}
    [label] = table(part, "labels")
    assert (posts[label["worse_id"]], posts[label["better_id"]], label["file"]) == (
        "Bread is ready", "Come and get bread", "validation"
    )  # fmt: skip


def test_workers_find_what_one_process_finds(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "posts.csv", [row(number, said=f"Rolls {number} are ready") for number in range(60)])
    work = ingest._Work("table", About("bakery", "own_export", columns=COLUMNS), RULES, author_key())
    blocks = list(ingest.source("table").blocks(path, work.about)) * 7
    with ProcessPoolExecutor(2) as pool:
        assert list(ingest._in_order(work, iter(blocks), pool, 3)) == list(
            ingest._in_order(work, iter(blocks), None, 3)
        )


def test_parts_of_many_files_are_one_table(engine: Engine, tmp_path: Path) -> None:
    parts = [read(tmp_path, [row(number, said=said)], file=f"{number}.csv")
             for number, said in enumerate(["Rolls are ready", "a"])]  # fmt: skip
    posts, dropped = (engine.read([part / f"{name}.parquet" for part in parts]) for name in ("posts", "dropped"))
    assert one_row(engine, posts.aggregate(rows=posts.count())) == {"rows": 1}
    assert one_row(engine, dropped.aggregate(rows=dropped.count())) == {"rows": 1}
