"""Addresses and numbers: what is stored, what is refused."""

import pytest

from accounts.contacts import looks_like_phone, normalize_email, normalize_phone


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("+14155550123", "+14155550123"),
        ("", None),
        (None, None),
    ],
)
def test_numbers_are_kept_in_one_form(written: str | None, stored: str | None) -> None:
    assert normalize_phone(written) == stored


@pytest.mark.parametrize("written", ["12800138000", "1380013800", "138001380000", "+8612800138000", "+012345", "12345"])
def test_what_no_text_message_reaches_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a mobile number"):
        normalize_phone(written)


def test_addresses_are_kept_in_lower_case() -> None:
    assert normalize_email("  Zhang.San@Example.COM ") == "zhang.san@example.com"
    assert normalize_email("  ") is None


@pytest.mark.parametrize(("written", "meant"), [("138 0013 8000", True), ("a@b.cn", False), ("zhangsan", False)])
def test_a_number_is_told_from_an_address(written: str, meant: bool) -> None:
    assert looks_like_phone(written) is meant
