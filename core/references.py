"""Numbers that people quote: short, dated, and ending in a check digit."""

import re
import secrets
from datetime import datetime

from core.clock import BEIJING

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PATTERN = re.compile(rf"^[A-Z]\d{{6}}-[{ALPHABET}]{{6}}-[{ALPHABET}]$")
LENGTH = 16


def check_character(body: str) -> str:
    """The Luhn mod 32 character of a number's letters and digits: one wrong or swapped character shows."""
    total, factor = 0, 2
    for character in reversed(body):
        product = factor * ALPHABET.index(character)
        total += product // 32 + product % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def _body(prefix: str, dated: str, tail: str) -> str:
    return "".join(character for character in prefix + dated + tail if character in ALPHABET)


def new_number(prefix: str, now: datetime) -> str:
    """A fresh number such as `R260302-7K3QF9-8`: prefix, Beijing date, thirty random bits, check character."""
    dated = now.astimezone(BEIJING).strftime("%y%m%d")
    tail = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"{prefix}{dated}-{tail}-{check_character(_body(prefix, dated, tail))}"


def is_number(text: str) -> bool:
    """Whether the text is a well-formed number whose check character fits."""
    if not PATTERN.match(text):
        return False
    dated, tail, check = text[1:7], text[8:14], text[15]
    return check_character(_body(text[0], dated, tail)) == check
