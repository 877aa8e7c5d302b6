"""Who knows legal subjects: the real-name register, reached through an adapter (setting `REAL_NAME_REGISTER`)."""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from stdnum.cn import ric, uscc

from accounts.types import SubjectKind


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register said; `code` is its own word for it, kept with the verification."""

    matches: bool
    code: str


class RegisterUnavailable(OSError):
    """The register gave no answer; ask again later."""


class Register(Protocol):
    """What an adapter does. It raises RegisterUnavailable where it got no answer."""

    name: str

    def check(self, *, kind: str, legal_name: str, number: str) -> Answer:
        """Whether this name and this number belong to one living person or one registered enterprise."""


REFUSED_NAMES = {"查无此人": "no_such_subject", "姓名不符": "name_differs", "No Such Person": "no_such_subject"}
DOWN_NAMES = {"登记系统维护", "Register Down"}


class SandboxRegister:
    """A register for development: every well-formed number belongs to whoever says so.

    The names 查无此人 / No Such Person and 姓名不符 are refused; 登记系统维护 / Register Down gives no answer, as a
    real register would while it is being maintained.
    """

    name = "sandbox"

    def check(self, *, kind: str, legal_name: str, number: str) -> Answer:
        if legal_name in DOWN_NAMES:
            raise RegisterUnavailable("the sandbox register is being maintained")
        if legal_name in REFUSED_NAMES:
            return Answer(False, REFUSED_NAMES[legal_name])
        if not is_well_formed(kind, number):
            return Answer(False, "malformed")
        return Answer(True, "match")


def is_well_formed(kind: str, number: str) -> bool:
    """Whether an identity number or a unified social credit code has its length, dates and check character right."""
    return bool(ric.is_valid(number) if kind == SubjectKind.INDIVIDUAL else uscc.is_valid(number))


def normalize_number(number: str) -> str:
    """The number in capitals without spaces."""
    return "".join(number.split()).replace("-", "").upper()


def register() -> Register:
    """The register of this installation."""
    found: Register = import_string(settings.REAL_NAME_REGISTER)()
    return found
