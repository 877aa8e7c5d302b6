"""What a listing says and what is found in it. Pure: enums and frozen values, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

LANGUAGES = ("zh", "en")


class ProductClass(StrEnum):
    """What decides the guarantee and the refunds (§17(1)1 to §17(1)3)."""

    APPLICATION = "application"
    SERVICE = "service"
    TOOL = "tool"


class ProductState(StrEnum):
    """Where a product stands. What a restriction hides is an overlay and no state."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    TAKEN_DOWN = "taken_down"
    DELISTED = "delisted"


class DelistReason(StrEnum):
    """Why a product left the market."""

    PROVIDER = "provider"
    ZERO_SALES = "zero_sales"
    PLATFORM = "platform"
    EXIT = "exit"


class VersionState(StrEnum):
    """Where a version of a listing stands in its review (§10(1), §18(10))."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    AWAITING_DEPOSIT = "awaiting_deposit"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    SUPERSEDED = "superseded"


class Billing(StrEnum):
    """How a plan is paid for."""

    FREE = "free"
    ONE_OFF = "one_off"
    MONTHLY = "monthly"
    YEARLY = "yearly"


TERM_MONTHS = {Billing.FREE: 0, Billing.ONE_OFF: 0, Billing.MONTHLY: 1, Billing.YEARLY: 12}


class DeploymentBasis(StrEnum):
    """How a product belongs to the platform's cloud (§9(6bis))."""

    RUNS_ON_CLOUD = "runs_on_cloud"
    BUNDLED = "bundled"
    RELATED_TOOL = "related_tool"


class RestrictionKind(StrEnum):
    """What hides a product while it is in force."""

    FROZEN = "frozen"
    INFRINGEMENT = "infringement"
    OFF = "off"


class Severity(StrEnum):
    """`refuse` stops a submission; `warn` goes to the reviewer."""

    REFUSE = "refuse"
    WARN = "warn"


class FindingState(StrEnum):
    """What became of a finding."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan as it stands in a listing: `price` in yuan, `units_max` None without limit."""

    code: str
    name_zh: str
    name_en: str
    billing: str
    price: Decimal
    units_min: int = 1
    units_max: int | None = None
    summary_zh: str = ""
    summary_en: str = ""
    supply_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MilestoneContent:
    """A step of a service that the buyer accepts by itself. `share` is a percentage of the price."""

    title_zh: str
    title_en: str
    days: int
    share: Decimal
    acceptance_zh: str
    acceptance_en: str


@dataclass(frozen=True, slots=True)
class StepContent:
    """A step of how a service is rendered, as the product page tells it."""

    title_zh: str
    title_en: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class ListingContent:
    """Everything that a version of a listing says. `texts` holds every text field by name, such as `title_zh`."""

    product_class: str
    category: str
    texts: Mapping[str, str]
    plans: tuple[PlanContent, ...] = ()
    milestones: tuple[MilestoneContent, ...] = ()
    steps: tuple[StepContent, ...] = ()
    policy_percent: Decimal | None = None
    warranty_months: int = 0
    has_cover: bool = False
    ip_confirmed: bool = False
    open_source: tuple[Mapping[str, str], ...] = ()
    data_items: tuple[Mapping[str, str], ...] = ()
    own_site_url: str = ""
    own_site_needed: bool = True
    provider_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a listing that the rules speak of: where, which clause, how grave, and what to do about it.

    `start` and `end` are the place in the field's text, both -1 where the whole field is meant. `row` is the
    position of the plan or milestone in its list.
    """

    code: str
    field: str
    clause: str
    severity: Severity
    message_zh: str
    message_en: str
    start: int = -1
    end: int = -1
    excerpt: str = ""
    row: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as the editor and the REST resource show it."""
        return {
            "code": self.code,
            "field": self.field,
            "row": self.row,
            "clause": self.clause,
            "severity": str(self.severity),
            "message": {"zh-hans": self.message_zh, "en": self.message_en},
            "start": self.start,
            "end": self.end,
            "excerpt": self.excerpt,
        }


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another provider's listing that resembles this one: `percent` of the text is the same."""

    product_id: int
    title: str
    provider: str
    percent: int


@dataclass(frozen=True, slots=True)
class MilestoneTerms:
    """A milestone as an order freezes it; `amount` in yuan for one unit, the amounts add up to the price."""

    position: int
    title_zh: str
    title_en: str
    days: int
    share: Decimal
    amount: Decimal
    acceptance_zh: str
    acceptance_en: str


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What an order freezes at purchase: all that later decisions need, whatever the listing says then.

    Amounts in yuan. `term_months` is 0 for a one-off purchase. `policy_percent` is the refund that the provider's terms
    promise after the guarantee (None: none promised). `version_id` names the immutable version whose terms were
    accepted.
    """

    plan_id: int
    plan_code: str
    plan_name_zh: str
    plan_name_en: str
    billing: str
    price: Decimal
    units_min: int
    units_max: int | None
    term_months: int
    supply_price: Decimal | None
    product_id: int
    product_slug: str
    title_zh: str
    title_en: str
    product_class: str
    category_id: int
    provider_id: int
    performer_id: int
    version_id: int
    version_number: int
    terms_digest: str
    policy_percent: Decimal | None
    refund_text_zh: str
    refund_text_en: str
    warranty_months: int
    aftersales_owed: bool
    milestones: tuple[MilestoneTerms, ...] = ()

    @property
    def is_free(self) -> bool:
        return self.price == 0


@dataclass(frozen=True, slots=True)
class CardFilters:
    """What a storefront list shows. Prices in yuan; `category` a slug, its children included."""

    category: str = ""
    product_class: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    free: bool = False
    guaranteed: bool = False
    provider_id: int | None = None
