"""Placing an order, renewing a subscription, and giving up what was not paid."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from catalog.selectors import plan_for_renewal, plan_on_sale
from catalog.types import PlanTerms
from core.acts import SYSTEM, Actor, act
from core.errors import Conflict, InvalidInput, NotAllowed
from core.keys import input_digest, key_answer, key_take
from core.money import yuan
from core.references import new_number
from core.rows import row_insert
from orders.models import Order
from orders.selectors import unpaid_of_plan
from orders.services.access import (
    NotNow,
    OrderNotFound,
    order_locked,
    order_locked_by_number,
    require_buyer,
    tell_buyer,
)
from orders.services.paying import take_free
from orders.types import RUNNING, CancelReason, OrderState
from payments.services import intent_close, intent_open
from providers.models import Provider
from providers.types import GONE
from regulation.selectors import rulebook_at
from regulation.services import audit_record

PURPOSE = "order"
MOST_UNITS = 100_000
LARGEST_AMOUNT = yuan("99999999.99")

_OWN = """
    SELECT EXISTS (
        SELECT FROM providers_provider AS one
        WHERE one.id = ANY(%(sides)s) AND (
            one.owner_id = %(buyer)s
            OR one.subject_index IN (
                SELECT subject_index FROM accounts_identityverification WHERE user_id = %(buyer)s AND state = 'verified'
            )
        )
        UNION ALL
        SELECT FROM providers_staffmember
        WHERE provider_id = ANY(%(sides)s) AND user_id = %(buyer)s AND left_at IS NULL
    )
"""


class OwnPurchase(NotAllowed):
    """Nobody buys from themselves (§15(2))."""

    code = "own_purchase"


class PlacedBefore(Conflict):
    """The form that is sent again was changed since it led to an order."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("You sent this form before, and order %(number)s is placed. Send it again only if you want another one.")
            % {"number": number}
        )
        self.number = number


class UnpaidBefore(Conflict):
    """An order of the same plan waits for its payment, and another one was not asked for."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Order %(number)s of this plan waits for your payment. Pay it, or say that you want another one.")
            % {"number": number}
        )
        self.number = number


class NotRenewable(NotAllowed):
    """This order is no running subscription, or is renewed already."""

    code = "not_renewable"


@act
def order_place(
    *,
    buyer: Any,
    plan_id: int,
    quantity: int = 1,
    note: str = "",
    key: str = "",
    another: bool = True,
    actor: Actor,
    now: datetime,
) -> Order:
    """Buy a plan: the terms of this moment are frozen and a payment is asked for (§11, §28).

    Enterprises and individuals alike buy, or obtain what is free (§8, §10(2)); nobody from themselves (§15, §15(2)).
    The payment is open for the rulebook's time and its page is `/pay/<number>/`; what is free is in service at once.
    A buyer's `key` places one order, however often it is sent; without `another` none is placed beside one of the
    same plan that waits for its payment. Raises PlanNotOnSale, OwnPurchase, InvalidInput for a quantity that the plan
    does not sell, PlacedBefore for a key that was sent with something else, and UnpaidBefore.
    """
    if actor.id != buyer.pk:
        raise OrderNotFound
    if not key:
        return _place(buyer=buyer, plan_id=plan_id, quantity=quantity, note=note, actor=actor, now=now)
    owner = f"order:{buyer.pk}"
    digest = input_digest({"plan": plan_id, "quantity": quantity, "note": note})
    if (before := key_take(owner=owner, key=key, digest=digest, now=now)) is not None:
        number = before.answer["number"]
        if before.digest != digest:
            raise PlacedBefore(number)
        return Order.objects.get(number=number)
    if not another and (unpaid := unpaid_of_plan(buyer=buyer, plan_id=plan_id, now=now)) is not None:
        raise UnpaidBefore(unpaid.number)
    order = _place(buyer=buyer, plan_id=plan_id, quantity=quantity, note=note, actor=actor, now=now)
    key_answer(owner=owner, key=key, answer={"number": order.number})
    return order


def _place(*, buyer: Any, plan_id: int, quantity: int, note: str, actor: Actor, now: datetime) -> Order:
    terms = plan_on_sale(plan_id=plan_id, now=now)
    units = checked_quantity(terms, quantity)
    refuse_own_purchase(buyer=buyer, terms=terms)
    return _open(buyer=buyer, terms=terms, quantity=units, note=note, renews=None, actor=actor, now=now)


@act
def order_renew(*, order: Order, actor: Actor, now: datetime) -> Order:
    """Renew a subscription through the market, also while its provider is frozen (§10(8)6, §20(2)), but not once it
    is leaving: from then on only cloud resources are renewed, with the cloud itself (§26(2)).

    The new term follows the old one without a gap, at today's price of the same plan. Raises NotRenewable.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    if order.term_ends_at is None or order.state not in {*RUNNING, OrderState.COMPLETED}:
        raise NotRenewable(_("Only a running subscription can be renewed."))
    if order.provider.state in GONE:
        raise NotRenewable(
            _("The provider leaves the market. Only cloud resources are renewed now, in the cloud's own console."),
            clauses=["26(2)"],
        )
    terms = plan_for_renewal(product_id=order.product_id, plan_code=order.terms["plan_code"], now=now)
    refuse_own_purchase(buyer=order.buyer, terms=terms)
    try:
        with transaction.atomic():
            return _open(
                buyer=order.buyer,
                terms=terms,
                quantity=checked_quantity(terms, order.quantity),
                note="",
                renews=order,
                actor=actor,
                now=now,
            )
    except IntegrityError as error:
        if "order_renewed_once" not in str(error):
            raise
        raise NotRenewable(_("It is renewed already: look at the order that follows it.")) from error


def checked_quantity(terms: PlanTerms, quantity: int) -> int:
    """How many units are bought. Raises InvalidInput where the plan does not sell that many."""
    if quantity < terms.units_min:
        raise InvalidInput(_("At least %(n)d.") % {"n": terms.units_min}, field="quantity")
    most = min(terms.units_max or MOST_UNITS, MOST_UNITS)
    if quantity > most:
        raise InvalidInput(_("At most %(n)d.") % {"n": most}, field="quantity")
    if terms.price * quantity > LARGEST_AMOUNT:
        raise InvalidInput(_("This is more than one payment can be. Please order less at a time."), field="quantity")
    return quantity


def is_own_purchase(*, buyer: Any, terms: PlanTerms) -> bool:
    """Whether the buyer is the one who sells or performs it: its owner, in its team, or the same legal subject
    (§15(2)).
    """
    sides = sorted({terms.provider_id, terms.performer_id})
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"sides": sides, "buyer": buyer.pk})
        return bool(cursor.fetchone()[0])


def refuse_own_purchase(*, buyer: Any, terms: PlanTerms) -> None:
    """Raise OwnPurchase where somebody would buy from themselves."""
    if is_own_purchase(buyer=buyer, terms=terms):
        raise OwnPurchase(
            _("You cannot buy from your own store: such sales count as inflated (15(2))."), clauses=("15(2)",)
        )


def _open(
    *, buyer: Any, terms: PlanTerms, quantity: int, note: str, renews: Order | None, actor: Actor, now: datetime
) -> Order:
    rulebook = rulebook_at(now)
    order = Order(
        number=new_number("O", now),
        buyer=buyer,
        provider_id=terms.provider_id,
        performer_id=terms.performer_id,
        product_id=terms.product_id,
        version_id=terms.version_id,
        plan_id=terms.plan_id,
        renews=renews,
        title_zh=terms.title_zh,
        title_en=terms.title_en,
        plan_name_zh=terms.plan_name_zh,
        plan_name_en=terms.plan_name_en,
        product_class=terms.product_class,
        billing=terms.billing,
        quantity=quantity,
        unit_price=terms.price,
        amount=terms.price * quantity,
        supply_amount=None if terms.supply_price is None else terms.supply_price * quantity,
        policy_percent=terms.policy_percent,
        warranty_months=terms.warranty_months,
        aftersales_owed=terms.aftersales_owed,
        terms=terms_kept(terms),
        note=note.strip()[:500],
        placed_at=now,
        pay_due_at=now + timedelta(minutes=rulebook.parameter("order.payment_minutes")),
    )
    row_insert(order)
    audit_record(
        act="orders.renew" if renews else "orders.place",
        actor=actor,
        subject=order.subject,
        before={},
        after={
            "state": order.state,
            "amount": str(order.amount),
            "quantity": quantity,
            "plan": terms.plan_code,
            "version": terms.version_number,
            "digest": terms.terms_digest,
            **({"renews": renews.number} if renews else {}),
        },
        now=now,
    )
    if terms.is_free:
        take_free(order, now)
    else:
        title = terms.title_en if buyer.language == "en" and terms.title_en else terms.title_zh
        intent_open(
            purpose=PURPOSE,
            reference=order.number,
            amount=order.amount,
            payer=buyer,
            title=title,
            now=now,
            expires_at=order.pay_due_at,
        )
    return order


def terms_kept(terms: PlanTerms) -> dict[str, Any]:
    """What an order keeps beside its columns. The words themselves stand in the version, which never changes."""
    return {
        "plan_code": terms.plan_code,
        "product_slug": terms.product_slug,
        "category": terms.category_id,
        "version": terms.version_number,
        "digest": terms.terms_digest,
        "term_months": terms.term_months,
        "milestones": [
            {
                "position": step.position,
                "title_zh": step.title_zh,
                "title_en": step.title_en,
                "days": step.days,
                "share": f"{step.share:f}",
                "amount": f"{step.amount:f}",
                "acceptance_zh": step.acceptance_zh,
                "acceptance_en": step.acceptance_en,
            }
            for step in terms.milestones
        ],
    }


@act
def order_cancel(*, order: Order, actor: Actor, now: datetime) -> Order:
    """The buyer gives up an order that was not paid. A payment that still arrives goes back. Raises NotNow."""
    require_buyer(order, actor)
    intent_close(purpose=PURPOSE, reference=order.number, reason="cancelled", now=now)
    order = order_locked(order.pk)
    if order.state != OrderState.PLACED:
        raise NotNow(_("This order is not waiting for a payment any more."))
    _cancel(order, CancelReason.BUYER, actor, now)
    return order


@act
def orders_unpaid_cancel(*, provider: Provider, actor: Actor, now: datetime) -> int:
    """Give up everything that was ordered from a provider and not paid yet: it leaves the market (§20(4), §26). Returns
    how many.
    """
    cancelled = 0
    waiting = Order.objects.filter(provider=provider, state=OrderState.PLACED).order_by("pk")
    for pk, number in list(waiting.values_list("pk", "number")):
        intent_close(purpose=PURPOSE, reference=number, reason="provider left", now=now)
        order = order_locked(pk)
        if order.state == OrderState.PLACED:
            _cancel(order, CancelReason.PLATFORM, actor, now)
            tell_buyer(order, "order.cancelled_by_platform", now)
            cancelled += 1
    return cancelled


def order_expire(intent: Any, now: datetime) -> None:
    """Nobody paid in time: the order is given up (called by payments, which has closed the payment)."""
    order = order_locked_by_number(intent.reference)
    if order.state != OrderState.PLACED:
        return
    _cancel(order, CancelReason.EXPIRED, SYSTEM, now)
    tell_buyer(order, "order.expired", now)


def _cancel(order: Order, reason: CancelReason, actor: Actor, now: datetime) -> None:
    order.cancel(reason=reason, now=now)
    order.save(update_fields=["state", "cancelled_at", "cancel_reason"])
    audit_record(
        act="orders.cancel",
        actor=actor,
        subject=order.subject,
        before={"state": OrderState.PLACED},
        after={"state": order.state, "reason": reason},
        now=now,
    )
