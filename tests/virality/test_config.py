"""One YAML and overrides become settings, or every mistake at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from virality.config import Settings, flat, load, nearest, read, stated
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
    size: Literal["small", "large"] | int = "large"
    oven: Oven = Oven()
    second: Oven | None = None
    prices: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)

    def broken(self) -> Iterator[tuple[tuple[str, ...], str]]:
        if self.oven.degrees < 100 and "bread" in self.wares:
            yield ("oven.degrees", "wares"), "bread needs 100 degrees"
        if self.size == "small" and len(self.wares) > 1:
            yield ("wares", "size"), "a small shop has one ware"


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
        "shop.yaml: line 1: los = 1: is not a setting (did you mean loss?)",
        "shop.yaml: line 3: oven.degres = 1: is not a setting (did you mean oven.degrees?)",
        "shop.yaml: line 3: oven.degrees = hot: should be a number above 0 and at most 300",
        "shop.yaml: line 4: wares = 5: should be a list of texts",
        "shop.yaml: line 5: loss = 2: is there already in line 2; keep one of the two",
        "command line: bread: is no override; write key=value, or name a .yaml file",
        "command line: =3: is no override; write key=value, or name a .yaml file",
        "command line: name = {first: Jo}: should be text or null",
        "command line: oven.mode = gas: should be air or stone",
    ]


def test_an_unknown_key_hides_no_mistake_between_other_keys(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "oven: {degrees: 50}\ncolour: red\n") == [
        "shop.yaml: line 1: oven.degrees = 50: bread needs 100 degrees",
        "shop.yaml: line 2: colour = red: is not a setting",
    ]


def test_rules_are_told_beside_other_mistakes_unless_they_speak_of_what_is_wrong(tmp_path: Path) -> None:
    text = "oven: {degrees: 50}\nwares: [bread, rolls]\nsize: small\n"
    rules = ["shop.yaml: line 1: oven.degrees = 50: bread needs 100 degrees",
             "shop.yaml: line 2: wares = [bread, rolls]: a small shop has one ware"]  # fmt: skip
    assert mistakes(tmp_path, text) == rules
    assert mistakes(tmp_path, text, "loss=-1") == [*rules, "command line: loss = -1: should be a number of at least 0"]
    wrong = "command line: size = tiny: should be small, large or a whole number"
    assert mistakes(tmp_path, text, "size=tiny") == [rules[0], wrong]
    with pytest.raises(ValidationError, match=r"oven\.degrees: bread needs 100 degrees"):
        Shop(oven=Oven(degrees=50))


@pytest.mark.parametrize("written", ["yes", "on", "true", "off"])
def test_what_yaml_reads_as_true_or_false_is_no_number(tmp_path: Path, written: str) -> None:
    [line] = mistakes(tmp_path, f"loss: {written}\n")
    assert line.endswith("should be a number of at least 0")


@pytest.mark.parametrize("written", [".nan", ".inf", "inf"])
def test_a_number_is_finite(tmp_path: Path, written: str) -> None:
    assert len(mistakes(tmp_path, f"loss: {written}\n")) == 1


def test_what_an_anchor_repeats_is_changed_in_one_place_alone(tmp_path: Path) -> None:
    shop = load(Shop, write(tmp_path, "oven: &oven {degrees: 180}\nsecond: *oven\n"), ["second.degrees=200"])
    assert (shop.oven.degrees, shop.second) == (180, Oven(degrees=200))


def test_further_files_lie_over_the_first_in_their_order_and_below_the_words(tmp_path: Path) -> None:
    path = write(tmp_path, "loss: 0.2\noven:\n  degrees: 180\n  mode: air\n")
    one, two = tmp_path / "one.yaml", tmp_path / "two.yml"
    one.write_text("# hot\noven: {degrees: 250}\nloss: 0.3\n")
    two.write_text("oven.degrees: 270\nprices: {bread: 2}\n")
    found = read(Shop, path, ["loss=0.4", str(one), str(two), "second={mode: air}"])
    assert (found.settings.oven, found.settings.loss) == (Oven(degrees=270, mode="air"), 0.4)
    assert {key: origin.removeprefix(f"{tmp_path}/") for key, origin in found.origins.items()} == {
        "name": "default", "wares": "default", "size": "default", "loss": "command line",
        "oven.degrees": "two.yml line 1", "oven.mode": "shop.yaml line 4", "second.degrees": "default",
        "second.mode": "command line", "prices.bread": "two.yml line 2",
    }  # fmt: skip
    assert found.settings == load(Shop, path, [str(one), str(two), "loss=0.4", "second.mode=air"])


def test_a_section_that_an_overlay_empties_has_its_defaults_again(tmp_path: Path) -> None:
    path, over = write(tmp_path, "oven: {degrees: 180}\n"), tmp_path / "over.yaml"
    over.write_text("oven: {}\n")
    found = read(Shop, path, [str(over)])
    assert (found.settings.oven, found.origins["oven.degrees"]) == (Oven(), "default")


def test_a_mistake_in_an_overlay_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text("\nloss: -1\nrank: 8\n")
    assert mistakes(tmp_path, "name: x\n", str(tmp_path / "over.yaml")) == [
        "over.yaml: line 2: loss = -1: should be a number of at least 0",
        "over.yaml: line 3: rank = 8: is not a setting",
    ]


def test_what_is_stated_is_known_before_it_is_known_to_be_right(tmp_path: Path) -> None:
    assert stated(write(tmp_path, "los: {a: 1}\n"), ["loss=x"]) == {"los": {"a": 1}, "loss": "x"}
    assert stated(tmp_path / "gone.yaml") == {}


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("degrees: 200", "degrees = 200: belongs in oven: oven.degrees, or in second: second.degrees"),
        ("degree: 200", "degree = 200: is not a setting (did you mean oven.degrees?)"),
        ("oven_mode: air", "oven_mode = air: is not a setting (did you mean oven.mode?)"),
        ("oven-mode: air", "oven-mode = air: is not a setting (did you mean oven.mode?)"),
        ("oven: {loss: 1}", "oven.loss = 1: belongs at the top level: loss"),
        ("oven: {los: 1}", "oven.los = 1: is not a setting (did you mean loss?)"),
        ("oven: {mod: air}", "oven.mod = air: is not a setting (did you mean oven.mode?)"),
        ("ovn: {mode: air}", "ovn = {mode: air}: is not a setting (did you mean oven?)"),
        ("ovn.mode: air", "ovn = {mode: air}: is not a setting (did you mean oven?)"),
        ("output_dir: x", "output_dir = x: is not a setting"),
        ("xyzzy: 1", "xyzzy = 1: is not a setting"),
        ("7: 1", "7 = 1: is not a setting"),
    ],
)
def test_a_misspelt_or_misplaced_key_is_answered_with_the_nearest(tmp_path: Path, text: str, guess: str) -> None:
    assert mistakes(tmp_path, text) == [f"shop.yaml: line 1: {guess}"]


def test_a_value_that_does_not_fit_inside_a_free_mapping_is_named(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "loss: 0.2\nprices:\n  rolls: 1\n  bread: -2") == [
        "shop.yaml: line 4: prices.bread = -2: should be a number of at least 0"
    ]


def test_a_key_below_a_single_value_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "loss: 1", "loss.rate=2") == [
        "command line: loss.rate = 2: loss is a single value and has no keys"
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("oven: {mode: air", "line 1: not readable as YAML: expected ',' or '}'"),
     ("loss: 1\n\tx: 1", "line 2: not readable"),
     ("a: &a {b: *a}", "not readable as YAML"), ("- a\n- b\n", "holds a list; a config is a mapping"),
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
    assert load(EvaluateSettings, path, ["controls.random=d"]).controls == {"shuffled": ("c",), "random": ("d",)}
