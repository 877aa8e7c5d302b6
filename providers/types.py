"""What providers are about, without Django: kinds, states, slots, restrictions, roles and their permissions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from regulation.types import Text


class ProviderKind(StrEnum):
    """Who a provider is in law (§7)."""

    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"


class ProviderState(StrEnum):
    """Where a provider stands between its application and its exit (§9, §22 to §26)."""

    APPLYING = "applying"
    ACTIVE = "active"
    LEAVING = "leaving"
    LEFT = "left"
    CLEARED = "cleared"


GONE = frozenset({ProviderState.LEAVING, ProviderState.LEFT, ProviderState.CLEARED})


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
OPEN_APPLICATIONS = frozenset(
    {ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW, ApplicationState.RETURNED}
)


class Section(StrEnum):
    """The steps of the application wizard, in their order."""

    SUBJECT = "subject"
    DOCUMENTS = "documents"
    CONTACT = "contact"
    SERVICE = "service"
    STORE = "store"
    CONDITIONS = "conditions"
    AGREEMENTS = "agreements"


class DocumentSlot(StrEnum):
    """A paper that a kind of provider hands in (§9(3)1); `other` for what the platform asks for beside."""

    BUSINESS_LICENCE = "business_licence"
    LEGAL_REPRESENTATIVE_ID = "legal_representative_id"
    IDENTITY_CARD = "identity_card"
    OTHER = "other"


REQUIRED_SLOTS: Mapping[str, tuple[DocumentSlot, ...]] = {
    ProviderKind.ENTERPRISE: (DocumentSlot.BUSINESS_LICENCE, DocumentSlot.LEGAL_REPRESENTATIVE_ID),
    ProviderKind.INDIVIDUAL: (DocumentSlot.IDENTITY_CARD,),
}


class DocumentState(StrEnum):
    """A paper is pending (handed in with a report of change), current, or no longer used."""

    PENDING = "pending"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


class Channel(StrEnum):
    """How a contact is reached, and verified by a code."""

    EMAIL = "email"
    PHONE = "phone"


class AgreementKind(StrEnum):
    """What a provider signs (§9(5)); a supplementary one holds terms of its own (§3)."""

    PROVIDER = "provider"
    ANNEX = "annex"
    CONSIGNMENT = "consignment"
    SUPPLEMENTARY = "supplementary"


class RestrictionKind(StrEnum):
    """What is laid over a provider's state. Several overlap, and each lifts by itself."""

    FROZEN = "frozen"
    DEPOSIT_SHORT = "deposit_short"
    ON_LEAVE = "on_leave"
    CLOSED = "closed"
    CONDITIONS_UNMET = "conditions_unmet"
    NO_NEW_LISTINGS = "no_new_listings"
    NO_NEW_ORDERS = "no_new_orders"
    PAYOUT_HELD = "payout_held"
    MESSAGING_MUTED = "messaging_muted"
    DISPLAY_LOWERED = "display_lowered"
    CATEGORIES_LIMITED = "categories_limited"


# What hides the store and every product of it; what was bought goes on working (20(2)).
HIDING = frozenset(
    {
        RestrictionKind.FROZEN,
        RestrictionKind.DEPOSIT_SHORT,
        RestrictionKind.ON_LEAVE,
        RestrictionKind.CLOSED,
        RestrictionKind.CONDITIONS_UNMET,
    }
)
STOPS_SALES = HIDING | {RestrictionKind.NO_NEW_ORDERS}
# A store that is short of its deposit or on leave may still prepare products.
STOPS_LISTING = frozenset(
    {
        RestrictionKind.FROZEN,
        RestrictionKind.CLOSED,
        RestrictionKind.CONDITIONS_UNMET,
        RestrictionKind.NO_NEW_LISTINGS,
    }
)
# The provider itself may place and lift this one; all others are the platform's.
OWN = frozenset({RestrictionKind.ON_LEAVE})


class ExitKind(StrEnum):
    """How a provider left (§22 to §24), as `exit.reapply` reads it."""

    VOLUNTARY = "voluntary"
    TERMINATED = "terminated"
    CLEARED_OUT = "cleared_out"


class ChangeSubject(StrEnum):
    """What of the entry data changed or lapsed (§18(1))."""

    DOCUMENT = "document"
    LEGAL_NAME = "legal_name"
    LEGAL_REPRESENTATIVE = "legal_representative"
    CONTACT = "contact"
    SERVICE = "service"
    OTHER = "other"


class ChangeState(StrEnum):
    """A reported change is checked by an operator."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class DutyState(StrEnum):
    """Whether a paper's lapse was reported in its thirty days (§18(1))."""

    AWAITING = "awaiting"
    ON_TIME = "on_time"
    LATE = "late"


class Role(StrEnum):
    """What somebody does for a provider."""

    OWNER = "owner"
    MANAGER = "manager"
    SUPPORT = "support"
    FINANCE = "finance"


class Permission(StrEnum):
    """What a member of a provider's team may do in the console and through the API."""

    SEE = "see"
    APPLY = "apply"
    STORE = "store"
    TEAM = "team"
    PAPERS = "papers"
    PRODUCTS = "products"
    ORDERS = "orders"
    SUPPORT = "support"
    COMPLAINTS = "complaints"
    REFUNDS = "refunds"
    MONEY_SEE = "money_see"
    MONEY = "money"
    INVOICES = "invoices"
    INTEGRATION = "integration"
    LEAVE = "leave"


_EVERYBODY = frozenset({Permission.SEE})
PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {Permission.TEAM, Permission.LEAVE, Permission.MONEY, Permission.APPLY},
    Role.SUPPORT: _EVERYBODY | {Permission.ORDERS, Permission.SUPPORT, Permission.COMPLAINTS, Permission.REFUNDS},
    Role.FINANCE: _EVERYBODY | {Permission.MONEY_SEE, Permission.MONEY, Permission.INVOICES},
}


def may(role: str, permission: str) -> bool:
    """Whether a role holds a permission."""
    return permission in PERMISSIONS.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of the conditions of admission (§9): whether it is met, and what to do where it is not.

    `needed_to` is `submit` for what an application must have, `open` for what only opens the store (the deposit).
    `standing` says whether the daily check asks for it of a provider that has been admitted.
    """

    key: str
    clause: str
    section: str
    title: Text
    met: bool
    detail: Text
    needed_to: str = "submit"
    standing: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "clause": self.clause,
            "section": self.section,
            "title": self.title.as_json(),
            "met": self.met,
            "detail": self.detail.as_json(),
            "needed_to": self.needed_to,
        }


@dataclass(frozen=True, slots=True)
class Bar:
    """Whether a legal subject may apply again (§25): never, or from an instant on."""

    exit: str
    exited_at: datetime
    allowed_from: datetime | None
    never: bool


@dataclass(frozen=True, slots=True)
class StoreCard:
    """What a storefront list says of a store, as plain values."""

    provider_id: int
    slug: str
    name_zh: str
    name_en: str
    logo: str
    is_platform: bool


@dataclass(frozen=True, slots=True)
class PersonOnDuty:
    """Somebody who serves the users (§9(4))."""

    name: str
    duty: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """What is written on a paper. `expires_on` is its last valid day, None for one that does not expire."""

    number: str
    holder: str
    issued_on: date | None = None
    expires_on: date | None = None
    title: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
