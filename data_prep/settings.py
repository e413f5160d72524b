"""Settings of `virality prepare`: what a file in configs/data/ may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from data_prep.rights import BASES, is_basis
from data_prep.splits import MODES, Mode
from virality.config import RunSettings, Settings


def as_list(value: object) -> object:
    """One value, or `a,b`, as a list."""
    if value is None:
        return []
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Kinds = Annotated[tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase"], ...], BeforeValidator(as_list)]


class Source(Settings):
    """How the files are read."""

    kind: Literal["table", "labelled_pairs", "upworthy"]
    """The reader: `table` (any columns), `labelled_pairs` (two texts and a label), `upworthy` (the archive)."""
    platform: str | None = None
    """x, bluesky, mastodon, threads, instagram, facebook, linkedin, reddit, hackernews, or null."""
    account: str | None = None
    """Name of the account where the whole file is one account's and no column says so."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our field -> the file's column."""


class Rights(Settings):
    """On what ground the rows may be used."""

    basis: str
    """own_export, opt_in, own_ab_test, consent, licence:<SPDX>, x_api or unknown."""
    research_only: bool = False
    """Measure and compare, never publish: needed to train on x_api or unknown rows; marks all that comes of them."""

    @field_validator("basis")
    @classmethod
    def _known(cls, basis: str) -> str:
        if not is_basis(basis):
            raise ValueError(f"should be one of {', '.join(BASES)} or licence:<SPDX>")
        return basis


class Filters(Settings):
    """Which posts are kept."""

    min_words: int = Field(4, ge=0)
    max_characters: int = Field(2000, ge=10)
    replies: bool = False
    reposts: bool = False


class Pairs(Settings):
    """Which pairs are made."""

    kinds: Kinds = Field(min_length=1)
    max_hours: float = Field(72, gt=0)
    """neighbour: at most this far apart."""
    least_similar: float = Field(0.2, ge=0, le=1)
    """neighbour: cosine of tf-idf vectors, at least."""
    most_similar: float = Field(0.9, ge=0, le=1)
    """neighbour: below this; above it two posts are copies."""
    least_gap: float = Field(0.336, ge=0)
    """neighbour: difference of mean log engagement, nats (0.336 = 40%)."""
    per_post: int = Field(3, ge=1)
    """neighbour: at most this many for each post."""
    best: float = Field(0.5, gt=0, le=1)
    """paraphrase: share of an account's posts that counts as good."""


class Splits(Settings):
    """How pairs are kept apart; what is left of the shares is `train`."""

    mode: Mode = "component"
    judge: float = Field(0.15, ge=0, lt=1)
    validation: float = Field(0.1, ge=0, lt=1)
    test: float = Field(0.2, ge=0, lt=1)
    block_days: int = Field(14, ge=1)
    """Length of an author's time block."""
    seed: int = 0

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


class PrepareSettings(RunSettings):
    """A file in configs/data/."""

    path: Paths = ()
    """Files, folders, globs or pypi:PACKAGE/path; one, a list, or a,b."""
    source: Source
    rights: Rights
    filters: Filters = Filters()
    pairs: Pairs
    splits: Splits = Splits()
