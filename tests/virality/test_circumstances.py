"""What a run's figures may depend on."""

from __future__ import annotations

import pytest

from virality.circumstances import circumstances, energy


@pytest.mark.parametrize(
    ("machine", "kilowatt_hours"),
    [("2 x Some Processor", "0.0200"), ("16 x Some Processor; 8 x Some GPU", "4.1600"), ("a machine", "0.0000")],
)
def test_energy_is_the_time_at_an_assumed_power_and_says_so(machine: str, kilowatt_hours: str) -> None:
    assert energy(3600, machine) == f"{kilowatt_hours} kWh, estimated (10 W a core, 500 W a GPU assumed)"


def test_a_machine_is_named_by_its_cores_and_processor() -> None:
    assert circumstances()["machine"].split(" x ")[0].isdigit()
