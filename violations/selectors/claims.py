"""Reading reports of messages, infringement claims, remedies, defects and promotions."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from core.errors import NotFound
from providers.models import Provider
from violations.models import (
    Campaign,
    Case,
    Complaint,
    Defect,
    MessageReport,
    Remedy,
    Takedown,
    TakedownFile,
)
from violations.selectors.cases import open_appeals_of
from violations.types import OPEN_CASES, OPEN_COMPLAINTS


def open_matters_of(provider: Provider) -> int:
    """How many complaints, cases, appeals, claims and remedies of a provider are open: they keep it from leaving
    (§9(6)1, §23).
    """
    complaints = Complaint.objects.filter(provider=provider, state__in=sorted(OPEN_COMPLAINTS)).count()
    cases = Case.objects.filter(provider=provider, state__in=sorted(OPEN_CASES)).count()
    claims = Takedown.objects.filter(provider=provider, state="filed").count()
    remedies = remedies_of_provider(provider).exclude(state="accepted").count()
    return complaints + cases + open_appeals_of(provider) + claims + remedies


def message_report_locked(pk: int) -> MessageReport:
    """The report of a message under its row lock."""
    rows = MessageReport.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("message", "provider", "order", "reporter").get(pk=pk)


def message_reported(message_id: int, person_id: int) -> bool:
    """Whether a person reported a message before."""
    return MessageReport.objects.filter(message_id=message_id, reporter_id=person_id).exists()


def message_reports_waiting() -> QuerySet[MessageReport]:
    """Messages that look wrong and that an operator has to judge, the oldest first (§14, §18(7))."""
    rows = MessageReport.objects.filter(state="open").select_related("message", "provider", "order")
    return rows.order_by("filed_at", "id")


def takedown_locked(pk: int) -> Takedown:
    """The infringement claim under its row lock."""
    rows = Takedown.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("product__live_version", "provider", "claimant").get(pk=pk)


def takedown_open(claimant: Any, product: Any) -> Takedown | None:
    """The claim of a person about a product that is being examined."""
    return Takedown.objects.filter(claimant=claimant, product=product, state="filed").first()


def takedowns_waiting() -> QuerySet[Takedown]:
    """Infringement claims that an operator has to decide, the oldest first (§18(17))."""
    rows = Takedown.objects.filter(state="filed").select_related("provider", "product", "claimant")
    return rows.order_by("filed_at", "id")


def takedowns_of_person(user: Any) -> QuerySet[Takedown]:
    """The claims of a person."""
    return Takedown.objects.filter(claimant=user).select_related("product__live_version")


def takedown_of_person(user: Any, number: str) -> Takedown:
    """A person's own claim. Raises NotFound for anybody else's."""
    return _takedown(takedowns_of_person(user), number)


def takedowns_of_provider(provider: Provider) -> QuerySet[Takedown]:
    """The claims about a provider's products."""
    return Takedown.objects.filter(provider=provider).select_related("product__live_version")


def takedowns_unanswered(provider: Provider) -> QuerySet[Takedown]:
    """The claims being examined that a provider has not answered, the oldest first."""
    rows = takedowns_of_provider(provider).filter(state="filed", responded_at__isnull=True)
    return rows.order_by("filed_at", "id")


def takedown_of_provider(provider: Provider, number: str) -> Takedown:
    """A claim about this provider's product. Raises NotFound for any other's."""
    return _takedown(takedowns_of_provider(provider), number)


def _takedown(rows: QuerySet[Takedown], number: str) -> Takedown:
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound("no such claim")
    return found


def takedown_upload(takedown: Takedown, pk: int) -> TakedownFile:
    """One file of a claim. Raises NotFound for any other's."""
    found = takedown.files.filter(pk=pk).first()
    if found is None:
        raise NotFound("no such file")
    return found


def remedy_locked(pk: int) -> Remedy:
    """The remedy under its row lock."""
    rows = Remedy.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("takedown__provider", "takedown__product", "order__buyer").get(pk=pk)


def remedies_of_provider(provider: Provider) -> QuerySet[Remedy]:
    """What a provider owes the users of its products that were taken down (§18(17)2)."""
    return Remedy.objects.filter(takedown__provider=provider).select_related("takedown", "order__buyer")


def remedy_of_provider(provider: Provider, pk: int) -> Remedy:
    """A remedy that this provider owes. Raises NotFound for any other's."""
    found = remedies_of_provider(provider).filter(pk=pk).first()
    if found is None:
        raise NotFound("no such remedy")
    return found


def remedy_of_order(order: Any) -> Remedy | None:
    """The latest remedy that the provider of an order owes its buyer, or None."""
    rows = Remedy.objects.filter(order=order).select_related("takedown", "order")
    return rows.order_by("-id").first()


def remedies_lapsed(now: datetime, limit: int) -> list[int]:
    """Remedies whose working days passed without an offer (§18(17)2)."""
    rows = Remedy.objects.filter(state="owed", late_recorded_at=None, due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def defect_locked(pk: int) -> Defect:
    """The defect under its row lock."""
    rows = Defect.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("product__live_version", "provider").get(pk=pk)


def defects_of_provider(provider: Provider) -> QuerySet[Defect]:
    """The defects of a provider's products."""
    return Defect.objects.filter(provider=provider).select_related("product__live_version")


def defects_asked(provider: Provider) -> QuerySet[Defect]:
    """What the platform asks a provider about, whose answer is due first coming first (§18(6))."""
    return defects_of_provider(provider).filter(state="asked").order_by("due_at", "id")


def defect_of_provider(provider: Provider, number: str) -> Defect:
    """A defect of this provider's product. Raises NotFound for any other's."""
    found = defects_of_provider(provider).filter(number=number).first()
    if found is None:
        raise NotFound("no such defect")
    return found


def defects_known(product_id: int) -> list[Defect]:
    """The defects of a product that its users were told of and that are not mended, the latest first (§18(6))."""
    return list(Defect.objects.filter(product_id=product_id, state="disclosed").order_by("-disclosed_at", "-id"))


def defects_lapsed(now: datetime, limit: int) -> list[int]:
    """Questions about defects whose hours passed without an answer (§18(6))."""
    rows = Defect.objects.filter(state="asked", late_recorded_at=None, due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def defects_waiting() -> QuerySet[Defect]:
    """Defects that a provider denies and an operator has to judge, the oldest first (§18(6))."""
    return Defect.objects.filter(state="denied").select_related("provider", "product").order_by("denied_at", "id")


def campaign_locked(pk: int) -> Campaign:
    """The promotion under its row lock."""
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("product", "provider").get(pk=pk)


def campaigns_of_provider(provider: Provider) -> QuerySet[Campaign]:
    """The promotions of a provider, the latest first."""
    return Campaign.objects.filter(provider=provider).select_related("product__live_version").order_by("-id")


def campaign_of_provider(provider: Provider, number: str) -> Campaign:
    """A provider's own promotion. Raises NotFound for any other's."""
    found = campaigns_of_provider(provider).filter(number=number).first()
    if found is None:
        raise NotFound("no such promotion")
    return found


def campaign_waiting_of(provider: Provider) -> Campaign | None:
    """The promotion of a provider that waits for consent."""
    return Campaign.objects.filter(provider=provider, state="submitted").first()


def campaign_sent_last(provider: Provider) -> datetime | None:
    """When a promotion of a provider was sent last."""
    rows = Campaign.objects.filter(provider=provider, state="sent").order_by("-judged_at")
    return rows.values_list("judged_at", flat=True).first()


def campaigns_waiting() -> QuerySet[Campaign]:
    """Promotions that wait for the platform's consent, the oldest first (§18(9))."""
    rows = Campaign.objects.filter(state="submitted").select_related("provider", "product")
    return rows.order_by("submitted_at", "id")
