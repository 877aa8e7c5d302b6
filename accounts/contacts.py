"""Addresses and numbers as they are stored: e-mail in lower case, mobile numbers in E.164, mainland by default."""

import re

E164 = re.compile(r"^\+[1-9]\d{5,14}$")
MAINLAND_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_SEPARATORS = re.compile(r"[\s\-()]+")


def normalize_email(value: str | None) -> str | None:
    """The address in lower case without spaces around it, or None for nothing."""
    return (value or "").strip().lower() or None


def normalize_phone(value: str | None) -> str | None:
    """The number in E.164 (`138 0013 8000` becomes `+8613800138000`), or None for nothing.

    Raises ValueError where it is no number that a text message can reach.
    """
    compact = _SEPARATORS.sub("", value or "")
    if not compact:
        return None
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    local = compact.removeprefix("+86") if compact.startswith("+86") else compact
    if MAINLAND_MOBILE.match(local):
        return "+86" + local
    if compact.startswith("+86") or not E164.match(compact):
        raise ValueError("not a mobile number")
    return compact


def looks_like_phone(value: str) -> bool:
    """Whether what somebody typed is meant as a number rather than an address."""
    return "@" not in value and bool(re.fullmatch(r"\+?[\d\s\-()]{5,24}", value.strip()))
