import pytest

from core import encryption


def test_a_value_comes_back_and_is_never_stored_twice_alike() -> None:
    first, second = encryption.encrypt("11010519491231002X"), encryption.encrypt("11010519491231002X")

    assert first != second
    assert "1949" not in first
    assert encryption.decrypt(first) == encryption.decrypt(second) == "11010519491231002X"


def test_what_no_key_fits_is_refused() -> None:
    with pytest.raises(ValueError, match="no key fits"):
        encryption.decrypt("gAAAAAB_nonsense")


def test_equal_values_meet_in_the_blind_index_however_they_are_written() -> None:
    assert encryption.blind_index("1101 0519 4912 3100 2x") == encryption.blind_index("11010519491231002X")
    assert encryption.blind_index("110105194912310021") != encryption.blind_index("11010519491231002X")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("11010519491231002X", "id", "110***********002X"),
        ("13800138000", "phone", "138****8000"),
        ("6222020200112233", "card", "************2233"),
        ("欧阳修", "name", "欧**"),
        ("li", "id", "**"),
        ("wang@example.com", "email", "w***@example.com"),
    ],
)
def test_masks(value: str, kind: str, shown: str) -> None:
    assert encryption.mask(value, kind) == shown
