"""The sandbox register, and what every number must be before any register is asked."""

import pytest

from accounts.registers import RegisterUnavailable, SandboxRegister, is_well_formed, normalize_number, register

PERSON = "11010519491231002X"
COMPANY = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("kind", "number", "well"),
    [
        ("individual", PERSON, True),
        ("individual", "110105194912310021", False),  # check character
        ("individual", "11010519491331002X", False),  # thirteenth month
        ("individual", COMPANY, False),
        ("enterprise", COMPANY, True),
        ("enterprise", "91350100M000100Y44", False),
        ("enterprise", PERSON, False),
        ("enterprise", "", False),
    ],
)
def test_numbers_carry_their_own_check(kind: str, number: str, well: bool) -> None:
    assert is_well_formed(kind, number) is well


def test_numbers_are_read_as_people_write_them() -> None:
    assert normalize_number("110105 19491231 002x") == PERSON


@pytest.mark.parametrize(
    ("name", "number", "matches", "code"),
    [
        ("张三", PERSON, True, "match"),
        ("查无此人", PERSON, False, "no_such_subject"),
        ("姓名不符", PERSON, False, "name_differs"),
        ("张三", "110105194912310021", False, "malformed"),
    ],
)
def test_the_sandbox_says_what_it_is_documented_to_say(name: str, number: str, matches: bool, code: str) -> None:
    answer = SandboxRegister().check(kind="individual", legal_name=name, number=number)

    assert (answer.matches, answer.code) == (matches, code)


def test_the_sandbox_can_be_down() -> None:
    with pytest.raises(RegisterUnavailable):
        SandboxRegister().check(kind="individual", legal_name="登记系统维护", number=PERSON)


def test_the_settings_name_the_register(settings) -> None:
    assert isinstance(register(), SandboxRegister)
    settings.REAL_NAME_REGISTER = "tests.accounts.test_registers.Strict"
    assert register().name == "strict"


class Strict:
    """An adapter of an installation's own."""

    name = "strict"
