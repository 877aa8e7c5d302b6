"""The review of what was handed in: claimed by one operator, approved, sent back with findings, or refused (§10(1),
§18(10)).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog import reactions
from catalog.models import ListingFinding, Plan, ProductVersion
from catalog.services.access import ReviewerNeeded, require_reviewer
from catalog.services.attestations import stale_end
from catalog.services.cards import cards_refresh
from catalog.services.locking import NotNow, require_possible, version_locked
from catalog.services.packages import package_findings
from catalog.services.submissions import findings_write
from catalog.services.zero_sales import decide, next_warning
from catalog.types import Finding, FindingState, ProductState, Severity, VersionState
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.money import ZERO
from deposits.selectors import covers_price
from deposits.services import requirement_refresh
from notifications.services import notify_many
from providers.selectors import may_list, rulebook_of_provider, staff_users
from providers.types import Permission
from regulation.services import audit_record, decision_record


class FindingsOpen(NotAllowed):
    """Something that must be changed stands open."""

    code = "findings_open"


class NotYours(ReviewerNeeded):
    """Another operator has taken the review up."""

    code = "claimed_by_another"


class PackageUnsafe(NotAllowed):
    """The security scan of today finds something in a file of the version."""

    code = "package_unsafe"


@act
def version_claim(*, version: ProductVersion, actor: Actor, now: datetime) -> ProductVersion:
    """Take a review up. Raises ReviewerNeeded (also for who works for the provider), NotNow where another has it."""
    locked = version_locked(version.pk)
    require_reviewer(actor, locked.product.provider)
    if actor.id is None:
        raise ReviewerNeeded(_("A review is somebody's own judgement."))
    require_possible(locked.claim)
    locked.claim(reviewer_id=actor.id, now=now)
    locked.save(update_fields=["state", "reviewer", "claimed_at"])
    _audit("listing.review_claim", locked, VersionState.SUBMITTED, actor, now)
    return locked


@act
def version_put_back(*, version: ProductVersion, actor: Actor, now: datetime) -> ProductVersion:
    """Leave a review to others. Any operator may, so that nothing waits for one who is away."""
    locked = version_locked(version.pk)
    require_reviewer(actor, locked.product.provider)
    require_possible(locked.put_back)
    locked.put_back()
    locked.save(update_fields=["state", "reviewer", "claimed_at"])
    _audit("listing.review_put_back", locked, VersionState.UNDER_REVIEW, actor, now)
    return locked


@act
def finding_add(
    *,
    version: ProductVersion,
    field: str,
    clause: str,
    severity: str,
    message_zh: str,
    message_en: str,
    actor: Actor,
    now: datetime,
) -> ListingFinding:
    """Note what the reviewer found in a field, under which clause. Raises InvalidInput where nothing is said."""
    locked = version_locked(version.pk)
    _require_reviewing(locked, actor)
    text = message_zh.strip()
    if not text:
        raise InvalidInput(_("Say what is to be changed."), field="message_zh")
    if clause not in rulebook_of_provider(locked.product.provider, now).clauses:
        raise InvalidInput(_("There is no such clause."), field="clause")
    finding = Finding(
        "reviewer", field[:40], clause, Severity(severity), text[:1000], (message_en.strip() or text)[:1000]
    )
    return findings_write(locked, (finding,), source="reviewer", now=now)[0]


@act
def finding_judge(*, finding: ListingFinding, state: str, actor: Actor, now: datetime) -> ListingFinding:
    """Uphold a finding or dismiss it. Raises NotNow once the review is over."""
    locked = version_locked(finding.version_id)
    _require_reviewing(locked, actor)
    if state not in set(FindingState):
        raise InvalidInput(_("Choose one of the list."), field="state")
    kept = ListingFinding.objects.get(pk=finding.pk)
    kept.state = state
    kept.save(update_fields=["state"])
    return kept


def _require_reviewing(version: ProductVersion, actor: Actor) -> None:
    require_reviewer(actor, version.product.provider)
    if version.state != VersionState.UNDER_REVIEW:
        raise NotNow(_("Take the review up first."))
    if actor.kind != "system" and version.reviewer_id != actor.id:
        raise NotYours(_("Another operator has taken this review up."))


@act
def version_return(
    *, version: ProductVersion, note: str, findings: Sequence[Finding] = (), actor: Actor, now: datetime
) -> ProductVersion:
    """Send a version back with what is to be changed, field by field (§10).

    Raises FindingsOpen where nothing is said to be wrong.
    """
    locked = version_locked(version.pk)
    _require_reviewing(locked, actor)
    findings_write(locked, tuple(findings), source="reviewer", now=now)
    open_findings = ListingFinding.objects.filter(version=locked).exclude(state=FindingState.DISMISSED)
    if not note.strip() and not open_findings.exists():
        raise FindingsOpen(_("Say what is to be changed, in a finding or in the note."))
    open_findings.update(state=FindingState.UPHELD)
    locked.send_back(note=note.strip(), now=now)
    locked.save(update_fields=["state", "judged_at", "judgement_note"])
    _audit("listing.review_return", locked, VersionState.UNDER_REVIEW, actor, now)
    _tell(locked, "listing.returned", now, note=note.strip() or "—", count=open_findings.count())
    return locked


@act
def version_refuse(*, version: ProductVersion, note: str, actor: Actor, now: datetime) -> ProductVersion:
    """Refuse a version that cannot be listed at all, with the reason. Raises InvalidInput without one."""
    locked = version_locked(version.pk)
    _require_reviewing(locked, actor)
    if not note.strip():
        raise InvalidInput(_("Say why: the reason is kept and shown to the provider."), field="note")
    ListingFinding.objects.filter(version=locked, state=FindingState.OPEN).update(state=FindingState.UPHELD)
    locked.refuse(note=note.strip(), now=now)
    locked.save(update_fields=["state", "judged_at", "judgement_note"])
    _audit("listing.review_refuse", locked, VersionState.UNDER_REVIEW, actor, now)
    _tell(locked, "listing.refused", now, note=note.strip(), count=0)
    return locked


@act
def version_approve(*, version: ProductVersion, note: str = "", actor: Actor, now: datetime) -> ProductVersion:
    """Approve a version: it goes on sale at once, or as soon as the deposit covers its highest price (§9(6)1).

    Raises FindingsOpen while a finding that must be changed is not dismissed, PackageUnsafe where the scan of today
    refuses a file (§10(1), §10(8)2, §18(5), §18(10)), NotAllowed where the provider may
    list nothing now, and what `covers_price` raises for a price that this kind of provider is not admitted for.
    """
    locked = version_locked(version.pk)
    _require_reviewing(locked, actor)
    provider = locked.product.provider
    if not may_list(provider, now):
        raise NotAllowed(_("The provider may not list products at the moment."), clauses=("20(2)",))
    blocking = ListingFinding.objects.filter(version=locked, severity=Severity.REFUSE)
    if blocking.exclude(state=FindingState.DISMISSED).exists():
        raise FindingsOpen(
            _("A finding that must be changed stands open. Send the version back, or dismiss the finding.")
        )
    _require_safe(locked, now)
    ListingFinding.objects.filter(version=locked, state=FindingState.OPEN).update(state=FindingState.DISMISSED)
    cover = covers_price(provider=provider, price=highest_of(locked), now=now)
    if cover.covered:
        return _release(locked, note.strip(), actor, now)
    locked.await_deposit(note=note.strip(), now=now)
    locked.save(update_fields=["state", "judged_at", "judgement_note"])
    _audit("listing.review_approve", locked, VersionState.UNDER_REVIEW, actor, now)
    _tell(locked, "listing.awaiting_deposit", now, missing=cover.missing, required=cover.required)
    return locked


def _require_safe(version: ProductVersion, now: datetime) -> None:
    refused = [found for found in package_findings(version, now) if found.severity == Severity.REFUSE]
    if refused:
        english = (get_language() or "").startswith("en")
        raise PackageUnsafe(
            refused[0].message_en if english else refused[0].message_zh,
            clauses=sorted({found.clause for found in refused}),
        )


def highest_of(version: ProductVersion) -> Decimal:
    """The highest price of a version's plans, in yuan."""
    return max(Plan.objects.filter(version=version).values_list("price", flat=True), default=ZERO)


@act
def awaiting_release(*, version_id: int, now: datetime) -> bool:
    """Put an approved version on sale once the deposit covers its price. Returns whether it did."""
    locked = version_locked(version_id)
    provider = locked.product.provider
    if locked.state != VersionState.AWAITING_DEPOSIT or not may_list(provider, now):
        return False
    if not covers_price(provider=provider, price=highest_of(locked), now=now).covered:
        return False
    _release(locked, locked.judgement_note, SYSTEM, now)
    return True


def _release(version: ProductVersion, note: str, actor: Actor, now: datetime) -> ProductVersion:
    product = version.product
    before = {"state": version.state, "product": product.state, "live": None}
    live = product.live_version
    if live is not None and live.state == VersionState.RELEASED:
        before["live"] = str(live.number)
        live.supersede()
        live.save(update_fields=["state"])
    version.release(note=note, now=now)
    version.save(update_fields=["state", "judged_at", "judgement_note", "released_at"])
    product.category, product.performer = version.category, version.performer
    decision = None
    if product.state == ProductState.ON_SALE:
        # An update of what is on sale: the three months without a sale go on (18(14)).
        product.live_version = version
        product.save(update_fields=["live_version", "category", "performer"])
    else:
        rulebook = rulebook_of_provider(product.provider, now)
        product.listed_at = now
        decided, facts = decide(product, rulebook, None, now)
        due_at = decided.values["due_at"]
        product.put_on_sale(version=version, due_at=due_at, warn_at=next_warning(due_at, rulebook, now), now=now)
        product.save()
        decision = decision_record(decision=decided, facts=facts, subject=product.reference, now=now)
    stale_end(product=product, now=now)
    cards_refresh(product_ids=[product.pk], now=now)
    requirement_refresh(provider=product.provider, actor=actor, now=now)
    audit_record(
        act="listing.release",
        actor=actor,
        subject=version.reference,
        before=before,
        after={"state": version.state, "product": product.state, "live": str(version.number), "digest": version.digest},
        now=now,
        decision=decision,
    )
    _tell(version, "listing.released", now)
    reactions.was_listed(product.pk, now)
    return version


def _audit(name: str, version: ProductVersion, before: str, actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=version.reference,
        before={"state": before, "version": version.number},
        after={"state": version.state, "version": version.number, "note": version.judgement_note},
        now=now,
    )


def _tell(version: ProductVersion, kind: str, now: datetime, **context: object) -> None:
    notify_many(
        recipients=staff_users(version.product.provider, Permission.PRODUCTS),
        kind=kind,
        subject=version.reference,
        context={
            "title": {"zh-hans": version.title_zh, "en": version.title_en or version.title_zh},
            "version": version.number,
            **context,
        },
        now=now,
        link=f"/console/products/{version.product_id}/",
    )
