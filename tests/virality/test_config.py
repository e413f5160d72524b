"""One YAML and overrides become settings, or every mistake at once."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, model_validator

from virality.config import Settings, flat, load, nearest
from virality.errors import ViralityError


class Oven(Settings):
    """Baking."""

    degrees: float = Field(220, gt=0, le=300)
    mode: Literal["air", "stone"] = "stone"


class Shop(Settings):
    """A bakery."""

    name: str | None = None
    wares: tuple[str, ...] = ("bread",)
    loss: float = Field(0.1, ge=0)
    oven: Oven = Oven()
    second: Oven | None = None
    prices: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_bake(self) -> Shop:
        if self.oven.degrees < 100 and "bread" in self.wares:
            raise ValueError("bread needs 100 degrees")
        return self


def write(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str, *overrides: str) -> list[str]:
    with pytest.raises(ViralityError) as caught:
        load(Shop, write(folder, text), overrides)
    lines = str(caught.value).splitlines()
    return [line.removeprefix(f"{folder}/") for line in lines]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "oven:\n  # degrees: 200\n", "oven: {}\n"])
def test_what_a_file_does_not_say_is_the_default(tmp_path: Path, text: str) -> None:
    assert load(Shop, write(tmp_path, text)) == Shop()


def test_overrides_lie_over_the_file_and_the_last_one_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "loss: 0.2\noven: {degrees: 180, mode: air}\n")
    shop = load(Shop, path, ["oven.degrees=200", "loss=0.3", "loss=0.4", "wares=[rolls, buns]", "second.mode=air"])
    assert (shop.oven.degrees, shop.oven.mode, shop.loss) == (200, "air", 0.4)
    assert shop.wares == ("rolls", "buns")
    assert shop.second == Oven(mode="air")


@pytest.mark.parametrize("text", ["oven.degrees: 180\n", "oven:\n  degrees: 180\n"])
def test_a_dotted_key_is_the_same_in_a_file_as_on_the_command_line(tmp_path: Path, text: str) -> None:
    assert load(Shop, write(tmp_path, text)) == load(Shop, write(tmp_path, ""), ["oven.degrees=180"])


@pytest.mark.parametrize("written", ["2e-4", "2E-4", "0.0002", ".0002", "'2e-4'"])
def test_a_small_number_is_a_number_however_it_is_written(tmp_path: Path, written: str) -> None:
    assert load(Shop, write(tmp_path, f"loss: {written}\n")).loss == 0.0002
    assert load(Shop, write(tmp_path, ""), [f"loss={written}"]).loss == 0.0002


@pytest.mark.parametrize("name", ["2024-03-04", "2024-13-45"])
def test_a_run_may_be_named_after_a_day(tmp_path: Path, name: str) -> None:
    assert load(Shop, write(tmp_path, f"name: {name}\n")).name == name
    assert load(Shop, write(tmp_path, ""), [f"name={name}"]).name == name


def test_a_name_may_look_like_a_number_and_an_empty_one_is_none(tmp_path: Path) -> None:
    assert load(Shop, write(tmp_path, "name: 2024\n")).name == "2024"
    assert load(Shop, write(tmp_path, "name: 2024\n"), ["name="]).name is None


def test_null_stands_for_a_section_where_none_is_allowed(tmp_path: Path) -> None:
    assert load(Shop, write(tmp_path, "second: {mode: air}\n"), ["second=null"]).second is None


def test_every_mistake_is_told_at_once_each_on_a_line(tmp_path: Path) -> None:
    text = "los: 1\nloss: -1\noven: {degres: 1, degrees: hot}\nwares: 5\nloss: 2\n"
    assert mistakes(tmp_path, text, "oven.mode=gas", "bread", "name.first=Jo", "=3") == [
        "shop.yaml: line 5: loss is there already in line 2",
        "command line: 'bread' is not an override; write key=value",
        "command line: '=3' is not an override; write key=value",
        "shop.yaml: los is not a setting (did you mean loss?)",
        "shop.yaml: oven.degres is not a setting (did you mean oven.degrees?)",
        "shop.yaml: name = {'first': 'Jo'}: input should be a valid string",
        "shop.yaml: wares = 5: input should be a valid tuple",
        "shop.yaml: oven.degrees = 'hot': input should be a valid number, unable to parse string as a number",
        "shop.yaml: oven.mode = 'gas': input should be 'air' or 'stone'",
    ]


def test_an_unknown_key_hides_no_mistake_between_other_keys(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "oven: {degrees: 50}\ncolour: red\n") == [
        "shop.yaml: colour is not a setting",
        "shop.yaml: settings: bread needs 100 degrees",
    ]


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("degrees: 200", "degrees is not a setting (did you mean oven.degrees?)"),
        ("degree: 200", "degree is not a setting (did you mean oven.degrees?)"),
        ("oven: {loss: 1}", "oven.loss is not a setting (did you mean loss?)"),
        ("oven: {mod: air}", "oven.mod is not a setting (did you mean oven.mode?)"),
        ("ovn: {mode: air}", "ovn is not a setting (did you mean oven?)"),
        ("ovn.mode: air", "ovn is not a setting (did you mean oven?)"),
        ("xyzzy: 1", "xyzzy is not a setting"),
        ("7: 1", "7 is not a setting"),
    ],
)
def test_a_misspelt_or_misplaced_key_is_answered_with_the_nearest(tmp_path: Path, text: str, guess: str) -> None:
    assert mistakes(tmp_path, text) == [f"shop.yaml: {guess}"]


def test_a_value_that_does_not_fit_inside_a_free_mapping_is_named(tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, "prices: {bread: -2}")
    assert line.startswith("shop.yaml: prices.bread = -2: input should be greater than or equal to 0")


def test_a_key_below_a_single_value_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "loss: 1", "loss.rate=2") == [
        "command line: loss.rate: loss is a single value and has no keys of its own"
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("oven: {mode: air", "not readable as YAML"), ("- a\n- b\n", "holds a list; a config is a mapping"),
     ("bread\n", "holds a str"), ("a: !!python/object:os.system x", "not readable as YAML")],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_told_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    [line] = mistakes(tmp_path, text)
    assert complaint in line


def test_a_missing_file_is_told_with_the_nearest_beside_it(tmp_path: Path) -> None:
    for name in ("airport.yaml", "shop.yaml", "notes.txt"):
        (tmp_path / name).write_text("")
    with pytest.raises(ViralityError, match=r"shp\.yaml: no such config file \(did you mean .*/shop\.yaml\?\)$"):
        load(Shop, tmp_path / "shp.yaml")
    with pytest.raises(ViralityError, match=r"there are .*/airport\.yaml, .*/shop\.yaml$"):
        load(Shop, tmp_path / "xyzzy.yaml")
    with pytest.raises(ViralityError, match=r"gone\.yaml: no such config file$"):
        load(Shop, tmp_path / "nowhere" / "gone.yaml")


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Shop(), "loss", 3)  # noqa: B010 - mypy knows that it cannot be set


def test_nested_settings_are_flattened_to_dotted_keys() -> None:
    assert flat({"a": {"b": 1, "c": {}}, "d": [2]}) == {"a.b": 1, "a.c": {}, "d": [2]}


def test_nearest_is_silent_where_nothing_is_near() -> None:
    assert nearest("bred", ["bread", "rolls"]) == " (did you mean bread?)"
    assert nearest("xyz", ["bread"]) == ""


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=5) | st.none(), max_size=4))
def test_any_mapping_gives_settings_or_a_mistake_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    import yaml

    path = write(tmp_path_factory.mktemp("config"), yaml.safe_dump(values))
    with contextlib.suppress(ViralityError):
        load(Shop, path)


def test_an_empty_section_on_the_command_line_empties_it(tmp_path: Path) -> None:
    path = tmp_path / "report.yaml"
    path.write_text("data: a\nscorer: b\ncontrols: {shuffled: c}\n")
    from eval.settings import EvaluateSettings

    assert load(EvaluateSettings, path, ["controls={}"]).controls == {}
    assert load(EvaluateSettings, path, ["controls.random=d"]).controls == {"shuffled": "c", "random": "d"}
