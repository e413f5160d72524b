"""What `virality prepare configs/data/simulated.yaml` does, as one would write it in pandas: the yardstick.

`python -m benchmarks.prepare_in_pandas POSTS.parquet FOLDER`. One process, everything in memory, the same functions for
a single text; the pairs come out nearly the same (ties and rounding apart), and nothing is kept for a later run.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from sklearn.feature_extraction.text import TfidfVectorizer

from data_prep import filters, privacy
from data_prep.records import Post
from virality.gates import Context, keeps_facts
from virality.gates.wording import KNOWN, content_words
from virality.progress import step
from virality.text.lang import detect
from virality.text.normalise import fold, normalise

ACTIONS = ("likes", "reposts", "replies")
WINDOW, LEAST_PAST = 50, 10
HOURS, LEAST_SIMILAR, MOST_SIMILAR, PER_POST = 72, 0.2, 0.9, 3
SHARES = (("judge", 0.15), ("validation", 0.1), ("test", 0.2))
AGES = (-np.inf, 6, 12, 24, 48, 96, 192, 384, 768, np.inf)
BLOCK_DAYS = 14
_CHUNK = 100_000


def read(path: Path) -> pd.DataFrame:
    """Posts, cleaned row by row, one an id, in the order of ids."""
    rows = pd.read_parquet(path)
    key = privacy.author_key()
    rows["text"] = rows["text"].map(normalise)
    rows["lang"] = rows["text"].map(detect)
    rows["reason"] = [
        filters.drop_reason(
            Post(post_id=post_id, source="simulated", text=text, reply=reply, rights="licence:CC0-1.0"),
            min_words=1, max_characters=2000, replies=True, reposts=True,
        )
        for post_id, text, reply in zip(rows["id"], rows["text"], rows["is_reply"], strict=True)
    ]  # fmt: skip
    rows["text"] = rows["text"].map(privacy.mask)
    rows["author_id"] = rows["account"].map(lambda name: privacy.hash_author(name, key))
    rows["folded"] = rows["text"].map(fold)
    rows["t"] = (
        rows["created_at"].astype("int64") // {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[rows.created_at.dt.unit]
    )
    rows = rows[rows["reason"].isna()].sort_values("likes", ascending=False).drop_duplicates("id")
    return rows.sort_values("id").reset_index(drop=True)


def add_baselines(posts: pd.DataFrame) -> None:
    """`value`: engagement above the median of the account's own last 50 posts; `spread` of those."""
    in_time = posts.sort_values(["account", "t", "id"])
    for name in ACTIONS:
        in_time[f"y_{name}"] = np.log1p(in_time[name])
    in_time["level"] = in_time[[f"y_{name}" for name in ACTIONS]].mean(axis=1)
    by = in_time.groupby("account")
    gaps = [
        in_time[f"y_{name}"]
        - by[f"y_{name}"].transform(lambda y: y.shift().rolling(WINDOW, min_periods=LEAST_PAST).median())
        for name in ACTIONS
    ]
    in_time["value"] = sum(gaps[1:], gaps[0]) / len(gaps)
    past = by["level"].transform(lambda y: y.shift().rolling(WINDOW, min_periods=LEAST_PAST).quantile(0.75))
    less = by["level"].transform(lambda y: y.shift().rolling(WINDOW, min_periods=LEAST_PAST).quantile(0.25))
    in_time["spread"] = (past - less) / 1.349
    for name in ("level", "value", "spread"):
        posts[name] = in_time[name]


def add_control(posts: pd.DataFrame) -> None:
    """`control`: what hour, weekday, age, media and reply explain, by least squares on consecutive differences."""
    age = (posts["collected_at"] - posts["created_at"]).dt.total_seconds() / 3600
    kinds = pd.DataFrame(
        {
            "hour": posts["created_at"].dt.hour.astype(str), "weekday": posts["created_at"].dt.dayofweek.astype(str),
            "age": pd.cut(age, AGES).astype(str), "media": posts["media"], "reply": posts["is_reply"].astype(str),
        }
    )  # fmt: skip
    design = pd.get_dummies(kinds, dtype=float)
    form = pd.DataFrame(
        {
            "question": posts["text"].str.contains("[?؟]"), "exclamation": posts["text"].str.contains("!"),
            "hashtag": posts["text"].str.contains("#"), "digit": posts["text"].str.match(r"\d"),
            "short": posts["text"].map(lambda text: len(text.split()) < 10),
        }
    ).astype(float)  # fmt: skip
    both = pd.concat([design, form], axis=1)
    order = posts.sort_values(["account", "t", "id"]).index
    moves = posts.loc[order, "account"].to_numpy()
    same = moves[1:] == moves[:-1]
    x = np.diff(both.loc[order].to_numpy(), axis=0)[same]
    y = np.diff(posts.loc[order, "level"].to_numpy())[same]
    solution = np.linalg.lstsq(x, y, rcond=None)[0]
    posts["control"] = design.to_numpy() @ solution[: design.shape[1]]


def near(posts: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Every two posts of one account within 72 hours and 50 places."""
    for _, mine in posts.sort_values(["t", "id"]).groupby("account"):
        times, numbers = mine["t"].to_numpy(), mine.index.to_numpy()
        for later in range(len(times)):
            for earlier in range(later - 1, max(later - 1 - WINDOW, -1), -1):
                if times[later] - times[earlier] > HOURS * 3600:
                    break
                yield int(numbers[earlier]), int(numbers[later])


def candidates(posts: pd.DataFrame) -> pd.DataFrame:
    """Near posts of one account that are alike enough: a, b, similar."""
    tokens = [
        list(content_words(text, lang)) if lang in KNOWN else folded.split()
        for text, lang, folded in zip(posts["text"], posts["lang"], posts["folded"], strict=True)
    ]
    vectors = TfidfVectorizer(analyzer=list, min_df=2, max_df=0.2, binary=True).fit_transform(tokens)
    pairs = pd.DataFrame(list(near(posts)), columns=["a", "b"])
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    similar = [
        np.asarray(vectors[a[at : at + _CHUNK]].multiply(vectors[b[at : at + _CHUNK]]).sum(axis=1)).ravel()
        for at in range(0, len(pairs), _CHUNK)
    ]
    pairs["similar"] = np.concatenate(similar)
    folded = posts["folded"].to_numpy()
    alike = pairs["similar"].between(LEAST_SIMILAR, MOST_SIMILAR, inclusive="left").to_numpy()
    kept: pd.DataFrame = pairs.loc[alike & (folded[a] != folded[b])].copy()
    return kept


def split(posts: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """Components by union-find over posts, links, copies and an account's blocks of time; dealt whole, by a hash."""
    keys: dict[object, int] = {}
    chosen = np.union1d(pairs["a"], pairs["b"])
    copies = dict(zip(chosen.tolist(), near_duplicates(posts["text"].iloc[chosen].tolist()), strict=True))
    links: list[tuple[int, int]] = []
    accounts, times, shared = (posts[name].tolist() for name in ("account", "t", "link"))
    for a, b in zip(pairs["a"], pairs["b"], strict=True):
        names: list[object] = [("post", a), ("post", b), ("copy", copies[a]), ("copy", copies[b])]
        names += [("link", shared[at]) for at in (a, b) if shared[at] is not None]
        names.append(("block", accounts[b], times[b] // (BLOCK_DAYS * 86400)))
        first, *rest = (keys.setdefault(name, len(keys)) for name in names)
        links += [(first, other) for other in rest]
    roots = connected(len(keys), links)
    pairs["component"] = [roots[keys[("post", b)]] for b in pairs["b"]]
    sizes = pairs["component"].value_counts()
    order = sorted(sizes.index, key=lambda one: hashlib.sha256(f"0 {one}".encode()).digest())
    parts: dict[int, str] = {}
    held = dict.fromkeys((name for name, _ in SHARES), 0)
    for one in order:
        size = int(sizes[one])
        name = next((name for name, share in SHARES if held[name] + size / 2 < share * len(pairs)), "train")
        parts[one] = name
        if name in held:
            held[name] += size
    pairs["split"] = pairs["component"].map(parts)


def add_lift(posts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """`difference`, `lift` and `p_better`; the most similar of each post, the better one named."""
    left = (posts["level"] - posts["control"]).to_numpy()
    pairs["gap"] = left[pairs["b"]] - left[pairs["a"]]
    pairs = pairs[pairs["gap"] != 0].sort_values(["b", "similar", "a"], ascending=[True, False, True])
    pairs = pairs.groupby("b").head(PER_POST).copy()
    usual = float((posts["spread"] ** 2).mean())
    own = (posts["spread"].fillna(usual**0.5) ** 2).to_numpy()[pairs["b"]] / usual
    noise = pairs["gap"].var() / 2 * own
    effect = max(float((pairs["gap"] ** 2 - noise).mean()), 1e-4)
    shrink = effect / (effect + noise)
    pairs["difference"] = pairs["gap"].abs()
    pairs["lift"] = shrink * pairs["difference"]
    pairs["p_better"] = ndtr(pairs["lift"] / np.sqrt(shrink * noise))
    up = pairs["gap"] > 0
    pairs["worse_n"], pairs["better_n"] = np.where(up, pairs["a"], pairs["b"]), np.where(up, pairs["b"], pairs["a"])
    return pairs


def faithful(posts: pd.DataFrame, pairs: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each pair passes the fact gates."""
    texts, langs = posts["text"].tolist(), posts["lang"].tolist()
    sides: Any = zip(pairs["worse_n"], pairs["better_n"], strict=True)
    return np.array([keeps_facts(texts[one], texts[two], Context(lang=langs[one])) for one, two in sides], dtype=bool)


def main(path: Path, folder: Path) -> None:
    """The whole job; says each step as `virality prepare` does."""
    with step(f"reading {path.name}"):
        posts = read(path)
    with step("candidate pairs"):
        pairs = candidates(posts)
    with step("components and splits"):
        split(posts, pairs)
    with step("engagement, without account and confounders"):
        add_baselines(posts)
        add_control(posts)
    with step("lift of pairs"):
        pairs = add_lift(posts, pairs)
    with step("writing posts"):
        posts.drop(columns="account").to_parquet(folder / "posts.parquet")
    with step("gates and pairs"):
        pairs["faithful"] = faithful(posts, pairs)
        for side in ("worse", "better"):
            pairs[f"{side}_id"] = posts["id"].to_numpy()[pairs[f"{side}_n"]]
            pairs[side] = posts["text"].to_numpy()[pairs[f"{side}_n"]]
        pairs.to_parquet(folder / "pairs.parquet")
    print(f"{len(posts):,} posts, {len(pairs):,} pairs, {int(pairs['faithful'].sum()):,} faithful")


def near_duplicates(texts: Sequence[str], threshold: float = 0.7, size: int = 4, common: int = 50) -> list[int]:
    """A cluster number for each text; texts of one cluster say nearly the same in nearly the same words.

    Two texts join where their sets of `size`-word shingles (of folded words) have a Jaccard index of at least
    `threshold` (Broder 1997), or where they are equal after folding. Shingles that stand in more than `common`
    texts are phrases, not copies, and propose no candidates. Texts shorter than `size` words join only when equal.

    Returns:
        Cluster numbers, equal to the index of the cluster's first text; independent of nothing but the order.
    """
    first: dict[str, int] = {}
    shingles: dict[int, frozenset[int]] = {}
    links: list[tuple[int, int]] = []
    for index, text in enumerate(map(fold, texts)):
        if text and first.setdefault(text, index) != index:
            links.append((first[text], index))
        else:
            shingles[index] = _shingles(text, size)
    for one, two in _candidates(shingles, common):
        both = len(shingles[one] & shingles[two])
        if both / (len(shingles[one]) + len(shingles[two]) - both) >= threshold:
            links.append((one, two))
    return connected(len(texts), links)


def connected(size: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """For each of `size` things the smallest number of its connected component (union-find); order of links is free."""
    parent = list(range(size))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, two in links:
        low, high = sorted((root(one), root(two)))
        parent[high] = low
    return [root(at) for at in range(size)]


def _shingles(folded: str, size: int) -> frozenset[int]:
    tokens = folded.split()
    return frozenset(hash(tuple(tokens[at : at + size])) for at in range(len(tokens) - size + 1))


def _candidates(shingles: Mapping[int, frozenset[int]], common: int) -> set[tuple[int, int]]:
    """Pairs of texts with a shingle in common that no more than `common` texts have."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for index, mine in shingles.items():
        for shingle in mine:
            places[shingle].append(index)
    return {pair for where in places.values() if len(where) <= common for pair in itertools.combinations(where, 2)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
