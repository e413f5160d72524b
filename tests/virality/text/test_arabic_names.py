"""Names in Arabic, from a list."""

from __future__ import annotations

from virality.text.arabic_names import find_arabic_names


def test_names_are_found_in_one_spelling_with_glued_particles_cut() -> None:
    assert find_arabic_names("وبمصر التقى محمد بأحمد") == ("مصر", "محمد", "احمد")
    assert find_arabic_names("زيارة للسعودية ثم إلى سورية") == ("السعوديه", "سوريا")
    assert find_arabic_names("أميركا") == find_arabic_names("الولايات المتحدة") == ("الولايات المتحده",)


def test_names_of_two_words_are_one_name() -> None:
    assert find_arabic_names("بيان من الأمم المتحدة ومن حزب الله") == ("الامم المتحده", "حزب الله")


def test_words_that_are_no_names_are_not_found() -> None:
    assert find_arabic_names("على المدرسة أن تفتح أبوابها بحماس") == ()
    assert find_arabic_names("plain English") == ()
    assert find_arabic_names("و") == ()
