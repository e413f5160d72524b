"""One cell as a count, a time, a truth or a language."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.sources.cells import BadValue, count, language, truth
from data_prep.sources.moments import moment

NOW = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12", 12), ("1,204", 1204), (7, 7), (7.0, 7), ("7.0", 7), (0, 0), ("", None), (None, None), (float("nan"), None),
     ("-", None), ("NaN", None), (" 12 ", 12), (2**53, 2**53), ("١٢", 12),
     ("١٬٢٠٤", 1204), ("٣٫٠", 3), ("12,0", 12), ("12,00", 12), ("1,204.0", 1204)],
)  # fmt: skip
def test_a_count_is_a_number_or_not_counted(cell: object, value: int | None) -> None:
    assert count(cell) == value


@pytest.mark.parametrize(
    "cell",
    ["1.5", "-1", "many", "inf", "1e30", "1.2K", -1, 2**53 + 1, 10**400, "9" * 400, -(10**400), [3], {"n": 3}, "²",
     "1,5", "12,50", "1,20,4", "١٫٥"],
)  # fmt: skip
def test_what_is_no_count_is_not_guessed(cell: object) -> None:
    with pytest.raises(BadValue):
        count(cell)


@given(st.integers(0, 2**53))
def test_a_count_is_read_however_it_is_written(number: int) -> None:
    assert count(number) == count(str(number)) == count(f"{number:,}") == count(f" {number}.0 ") == number


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes()


@given(SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(), SCALARS, max_size=2))
def test_any_cell_is_read_or_refused(cell: object) -> None:
    for read in (count, moment):
        try:
            value = read(cell)
        except BadValue:
            continue
        assert value is None or isinstance(value, (int, dt.datetime))
    assert isinstance(truth(cell), bool)
    assert language(cell) is None or isinstance(cell, str)


@pytest.mark.parametrize(
    "cell",
    ["2021-03-02T06:48:15Z", "2021-03-02 06:48:15", "2021-03-02T08:48:15+02:00", "Tue Mar 02 06:48:15 +0000 2021",
     "Tue Mar 02 08:48:15 +0200 2021", "03/02/2021 06:48:15", "3/2/21 06:48:15", "1614667695", 1614667695,
     1614667695.0, "1614667695000", 1614667695000, 1614667695000000, "1.614667695e9", "2021-03-02 06:48:15 UTC",
     '"2021-03-02T06:48:15.000Z"', "Mar 2, 2021 6:48:15 AM", "Tue, 02 Mar 2021 06:48:15 GMT", "2021-03-02 06:48:15.9",
     dt.datetime(2021, 3, 2, 6, 48, 15)],
)  # fmt: skip
def test_a_moment_is_read_in_each_way_that_exports_write_it(cell: object) -> None:
    assert moment(cell) == dt.datetime(2021, 3, 2, 6, 48, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("cell", "minute"),
    [("10/16/17 22:59", (2017, 10, 16, 22, 59)), ("Jul 4, 2023 3:05 PM", (2023, 7, 4, 15, 5)),
     ("2023-07-04", (2023, 7, 4, 0, 0)), ("20230704", (2023, 7, 4, 0, 0)), ("7/4/2023", (2023, 7, 4, 0, 0)),
     ("3/31/2024 5:00", (2024, 3, 31, 5, 0)),
     (dt.date(2023, 7, 4), (2023, 7, 4, 0, 0)), ("2023/07/04 15:05", (2023, 7, 4, 15, 5)),
     ("2023-07-04 15:05 +0000", (2023, 7, 4, 15, 5)), ("4 July 2023, 3:05 p.m.", (2023, 7, 4, 15, 5)),
     ("July 4, 2023 at 12:05\u202fAM", (2023, 7, 4, 0, 5)), ("2023-07-04T12:05:00-0300", (2023, 7, 4, 15, 5))],
)  # fmt: skip
def test_a_moment_without_seconds_is_one_too(cell: object, minute: tuple[int, ...]) -> None:
    assert moment(cell) == dt.datetime(*minute, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2024, 3, 1)), st.integers(-12, 12))
def test_a_moment_is_the_same_in_every_zone(found: dt.datetime, hours: int) -> None:
    there = found.replace(microsecond=0, tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=hours)))
    x = there.strftime("%a %b %d %H:%M:%S %z %Y")
    assert moment(there.isoformat(), NOW) == moment(x, NOW) == moment(str(int(there.timestamp())), NOW) == there


@pytest.mark.parametrize("cell", ["2024-03-07", "1989-12-31", "2999-01-01T00:00:00Z", 0, "0001-01-01", "9999-12-31",
                                  1e300, "99999999999999999999", -5, "last Tuesday", "2021-13-45", True,
                                  "16/10/2017", "Foo 4, 2023", "1/1/24 25:00", "Tue Mar 02 06:48:15 +9999 0001",
                                  ])  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(cell: object) -> None:
    with pytest.raises(BadValue):
        moment(cell, NOW)


def test_a_moment_may_lie_two_days_ahead_as_clocks_and_zones_differ() -> None:
    assert moment("2024-03-05", NOW) is not None


def test_no_moment_is_null() -> None:
    import pandas as pd

    assert moment(None) is moment("  ") is moment(float("nan")) is moment(pd.NaT) is moment("null") is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("EN", "en"), ("in", "id"), ("und", None), ("zxx", None),
     ("qme", None), ("qht", None), ("English!", None), (None, None), (float("nan"), None), ("", None)],
)  # fmt: skip
def test_a_language_is_a_code_or_not_known(cell: object, code: str | None) -> None:
    assert language(cell) == code


def test_a_number_of_thousands_of_digits_is_neither() -> None:
    for read in (count, moment):
        with pytest.raises(BadValue):
            read(10**5000)


def test_unpaired_surrogates_are_no_count_and_no_moment() -> None:
    for read in (count, moment):
        with pytest.raises(BadValue):
            read(json.loads('"\\ud800"'))
