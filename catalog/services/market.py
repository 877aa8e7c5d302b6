"""Products leaving the market, what hides them for a time, and plans that are not sold for now."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog import reactions
from catalog.freshness import storefront_changed
from catalog.models import Plan, Product, ProductRestriction
from catalog.services.access import require_products, require_reviewer
from catalog.services.cards import cards_refresh, cards_take_off
from catalog.services.locking import product_locked, require_possible
from catalog.services.zero_sales import titles
from catalog.types import DelistReason, RestrictionKind
from core.acts import Actor, act
from core.errors import InvalidInput, NotFound
from deposits.services import requirement_refresh
from notifications.services import notify_many
from providers.selectors import staff_users
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.services import audit_record


def _require_why(text: str, field: str) -> str:
    kept = text.strip()[:500]
    if not kept:
        raise InvalidInput(_("Say why: the reason is kept and shown to the provider."), field=field)
    return kept


@act
def product_take_down(
    *, product: Product, note: str, actor: Actor, now: datetime, decision: DecisionRecord | None = None
) -> Product:
    """Take a product down until it is mended and reviewed again. By an operator or a measure. Raises NotNow."""
    locked = product_locked(product.pk)
    require_reviewer(actor, locked.provider)
    reason = _require_why(note, "note")
    require_possible(locked.take_down)
    before = locked.state
    locked.take_down(note=reason, now=now)
    _left(locked, before, "listing.take_down", DelistReason.PLATFORM, actor, now, decision)
    return locked


@act
def product_delist(
    *,
    product: Product,
    reason: str,
    note: str = "",
    actor: Actor,
    now: datetime,
    decision: DecisionRecord | None = None,
) -> Product:
    """Take a product off the market; what was sold goes on under its delisting policy (§10(7)).

    `reason` `provider` is the provider's own wish and asks for a member of its team; every other one is the
    platform's. Raises NotNow.
    """
    locked = product_locked(product.pk)
    if reason == DelistReason.PROVIDER:
        require_products(actor, locked.provider)
        kept = note.strip()[:500]
    else:
        require_reviewer(actor, locked.provider)
        kept = _require_why(note, "note")
    require_possible(locked.delist)
    before = locked.state
    locked.delist(reason=DelistReason(reason), note=kept, now=now)
    _left(locked, before, "listing.delist", reason, actor, now, decision)
    return locked


def _left(
    product: Product,
    before: str,
    name: str,
    reason: str,
    actor: Actor,
    now: datetime,
    decision: DecisionRecord | None,
) -> None:
    product.zero_sales_warn_at = None
    product.save()
    cards_take_off(product_ids=[product.pk], now=now)
    requirement_refresh(provider=product.provider, actor=actor, now=now)
    audit_record(
        act=name,
        actor=actor,
        subject=product.reference,
        before={"state": before},
        after={"state": product.state, "reason": product.off_reason, "note": product.off_note},
        now=now,
        decision=decision,
    )
    if reason != DelistReason.PROVIDER:
        notify_many(
            recipients=staff_users(product.provider, Permission.PRODUCTS),
            kind="listing.taken_down" if product.state == "taken_down" else "listing.delisted",
            subject=product.reference,
            context={**titles(product), "note": product.off_note},
            now=now,
            link=f"/console/products/{product.pk}/",
        )
    reactions.went_off([product.pk], reason, now)


@act
def product_restrict(
    *,
    product: Product,
    kind: str,
    reason: str,
    reference: str = "",
    until: datetime | None = None,
    starts_at: datetime | None = None,
    decision: DecisionRecord | None = None,
    actor: Actor,
    now: datetime,
) -> ProductRestriction:
    """Hide a product until an instant, or until it is lifted (§20(2), §18(17)1). What was bought goes on working.

    Once for a kind and reference while it stands: asked again, the standing one is returned.
    """
    locked = product_locked(product.pk)
    require_reviewer(actor)
    if kind not in set(RestrictionKind):
        raise InvalidInput(_("Choose one of the list."), field="kind")
    if reference:
        standing = ProductRestriction.objects.filter(
            product=locked, kind=kind, reference=reference, lifted_at__isnull=True
        ).first()
        if standing is not None:
            return standing
    placed = ProductRestriction.objects.create(
        product=locked,
        kind=kind,
        reason=_require_why(reason, "reason"),
        reference=reference,
        starts_at=starts_at or now,
        until=until,
    )
    storefront_changed()
    audit_record(
        act="listing.restrict",
        actor=actor,
        subject=locked.reference,
        before={},
        after={"kind": kind, "until": until, "reference": reference, "reason": placed.reason},
        now=now,
        decision=decision,
    )
    notify_many(
        recipients=staff_users(locked.provider, Permission.PRODUCTS),
        kind="listing.restricted",
        subject=locked.reference,
        context={**titles(locked), "reason": placed.reason},
        now=now,
        link=f"/console/products/{locked.pk}/",
    )
    return placed


@act
def product_restriction_lift(
    *, product: Product, kind: str, reference: str, reason: str = "", actor: Actor, now: datetime
) -> bool:
    """Lift what a reference laid over a product. Returns whether there was anything to lift."""
    locked = product_locked(product.pk)
    require_reviewer(actor)
    lifted = ProductRestriction.objects.filter(
        product=locked, kind=kind, reference=reference, lifted_at__isnull=True
    ).update(lifted_at=now)
    if lifted:
        storefront_changed()
        audit_record(
            act="listing.restriction_lift",
            actor=actor,
            subject=locked.reference,
            before={"kind": kind, "reference": reference},
            after={"lifted_at": now, "reason": reason},
            now=now,
        )
    return bool(lifted)


@act
def plan_stop(*, plan: Plan, actor: Actor, now: datetime) -> Plan:
    """Sell a plan no more, for now. Who bought it keeps it and can renew it."""
    return _plan_set(plan, now, actor, now)


@act
def plan_resume(*, plan: Plan, actor: Actor, now: datetime) -> Plan:
    """Sell a plan again that was stopped; it was reviewed with its version."""
    return _plan_set(plan, None, actor, now)


def _plan_set(plan: Plan, stopped_at: datetime | None, actor: Actor, now: datetime) -> Plan:
    product = product_locked(plan.product_id)
    require_products(actor, product.provider)
    kept = Plan.objects.filter(pk=plan.pk, version=product.live_version_id).first()
    if kept is None:
        raise NotFound(_("There is no such plan."))
    if (kept.stopped_at is None) == (stopped_at is None):
        return kept
    before = kept.stopped_at
    kept.stopped_at = stopped_at
    kept.save(update_fields=["stopped_at"])
    cards_refresh(product_ids=[product.pk], now=now)
    requirement_refresh(provider=product.provider, actor=actor, now=now)
    audit_record(
        act="listing.plan_stop" if stopped_at else "listing.plan_resume",
        actor=actor,
        subject=product.reference,
        before={"plan": kept.code, "stopped_at": before},
        after={"plan": kept.code, "stopped_at": stopped_at},
        now=now,
    )
    return kept
