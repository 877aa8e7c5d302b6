from datetime import datetime

import pytest

from core.clock import BEIJING
from core.references import ALPHABET, check_character, is_number, new_number

NOW = datetime(2026, 3, 2, 23, 59, tzinfo=BEIJING)


def test_a_number_is_dated_in_beijing_and_ends_in_a_fitting_check_character() -> None:
    number = new_number("R", NOW.astimezone(tz=None))

    assert number.startswith("R260302-")
    assert len(number) == 16
    assert is_number(number)


@pytest.mark.parametrize("position", [1, 4, 8, 11, 15])
def test_any_one_wrong_character_shows(position: int) -> None:
    number = new_number("O", NOW)

    for other in ALPHABET:
        if other != number[position]:
            assert not is_number(number[:position] + other + number[position + 1 :])


def test_neighbours_swapped_show() -> None:
    assert check_character("S2603027K3QF9") != check_character("S26030273KQF9")


@pytest.mark.parametrize("text", ["", "O260302-7K3QF9", "o260302-7K3QF9-8", "O260302-7K3QF9-88", "随便"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert not is_number(text)
