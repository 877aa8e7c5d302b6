"""What accounts are about, without Django: roles, kinds of identity, states, scopes of tokens."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may work on; each is a group of the same name."""

    OPERATIONS = "marketplace_operations"
    FINANCE = "finance"
    ARBITRATION = "arbitration"
    RULEBOOK = "rulebook"
    AUDIT = "audit"


# Who looks at what on the desk, besides those who act on it: no more of anybody's data than the work needs.
SEE_PEOPLE = (Role.OPERATIONS, Role.AUDIT)
SEE_MONEY = (Role.OPERATIONS, Role.FINANCE, Role.AUDIT)
SEE_DISPUTES = (Role.OPERATIONS, Role.ARBITRATION, Role.AUDIT)
SEE_TRADE = (Role.OPERATIONS, Role.FINANCE, Role.ARBITRATION, Role.AUDIT)


class SubjectKind(StrEnum):
    """Who stands behind an account, in law (§7 and §8)."""

    INDIVIDUAL = "individual"
    ENTERPRISE = "enterprise"


class IdentityState(StrEnum):
    """Where a real-name verification stands (§9(2))."""

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    REVOKED = "revoked"


class BlockKind(StrEnum):
    """What a block keeps from coming back: an address, a number, or the legal subject itself."""

    EMAIL = "email"
    PHONE = "phone"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified real name: the legal subject behind an account (§9(2) and §25)."""

    legal_name: str
    subject_kind: str
    subject_index: str
    number: str
    masked_name: str
    masked_number: str
