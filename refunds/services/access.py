"""Who may act on a refund, its lock, and how the sides are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import operators_with, user_by_pk
from accounts.types import Role
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.uploads import EVIDENCE, checked_upload
from notifications.services import notify, notify_many
from orders.models import Order
from orders.selectors import order_locked
from providers.models import Provider
from providers.selectors import permissions_of, provider_by_pk, staff_users
from providers.types import Permission
from refunds.models import RefundFile, RefundMessage, RefundRequest
from refunds.selectors.access import RefundNotFound
from refunds.types import Side
from regulation.models import DecisionRecord
from regulation.services import audit_record

MOST_FILES = 10
QUEUE = "/admin/refunds/refundrequest/?state__exact=escalated"

__all__ = [
    "RefundNotFound",
    "RefundNotNow",
    "files_keep",
    "locked",
    "note",
    "require_arbitrator",
    "require_buyer",
    "require_provider",
    "side_of",
    "tell_both",
    "tell_buyer",
    "tell_operators",
    "tell_provider",
    "text_needed",
]


class RefundNotNow(NotAllowed):
    """The refund is not at the point where this can be done."""

    code = "refund_not_now"


def locked(refund_id: int) -> tuple[Order, RefundRequest]:
    """A refund with its order, both locked, the order first. Raises RefundNotFound."""
    order_id = RefundRequest.objects.filter(pk=refund_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise RefundNotFound
    order = order_locked(order_id)
    refund = RefundRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=refund_id)
    return order, refund


def require_buyer(order: Order, actor: Actor) -> None:
    """Let only the buyer go on."""
    if actor.id is None or actor.id != order.buyer_id:
        raise RefundNotFound


def require_provider(order: Order, actor: Actor) -> None:
    """Let only those go on who work on refunds for whoever sells or performs the order."""
    if actor.id is None:
        raise RefundNotFound
    user = user_by_pk(actor.id)
    known = False
    for provider in Provider.objects.filter(pk__in={order.provider_id, order.performer_id}):
        permissions = permissions_of(user, provider)
        if Permission.REFUNDS in permissions:
            return
        known = known or bool(permissions)
    if known:
        raise NotPermitted(_("Your role in the team does not cover this. Ask the owner of the store."))
    raise RefundNotFound


def require_arbitrator(actor: Actor) -> User:
    """Let only operators of arbitration go on."""
    user = user_by_pk(actor.id) if actor.id is not None else None
    if user is None or not user.has_role(Role.ARBITRATION):
        raise NotPermitted(_("Only an operator of arbitration may do this."))
    return user


def side_of(order: Order, actor: Actor) -> Side:
    """On whose side somebody stands: buyer, provider, or platform. Raises RefundNotFound for strangers."""
    if actor.id is not None and actor.id == order.buyer_id:
        return Side.BUYER
    if actor.kind == "operator" and actor.id is not None and user_by_pk(actor.id).has_role(Role.ARBITRATION):
        return Side.PLATFORM
    require_provider(order, actor)
    return Side.PROVIDER


def text_needed(text: str, field: str, longest: int = 5000) -> str:
    """A text that has to say something. Raises InvalidInput."""
    text = text.strip()
    if not text:
        raise InvalidInput(_("Please write what is to be known here."), field=field)
    if len(text) > longest:
        raise InvalidInput(
            _("This is longer than %(longest)d characters. Please shorten it.") % {"longest": longest}, field=field
        )
    return text


def files_keep(
    *,
    refund: RefundRequest,
    message: RefundMessage | None,
    side: Side,
    files: Sequence[IO[bytes]],
    by_id: int,
    now: datetime,
) -> list[RefundFile]:
    """Look into evidence and keep it. Raises InvalidInput for a file that cannot be used."""
    if len(files) > MOST_FILES:
        raise InvalidInput(_("Send at most %(most)d files at a time.") % {"most": MOST_FILES}, field="files")
    kept = []
    for upload in files:
        checked = checked_upload(upload, name=getattr(upload, "name", "") or "file", kinds=EVIDENCE, field="files")
        kept.append(
            RefundFile.objects.create(
                refund=refund,
                message=message,
                side=side,
                file=checked.content,
                name=checked.name[:120],
                content_type=checked.content_type,
                size=checked.size,
                sha256=checked.sha256,
                uploaded_by_id=by_id,
                uploaded_at=now,
            )
        )
    return kept


def note(
    refund: RefundRequest,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    decision: DecisionRecord | None = None,
) -> None:
    """Record an act in the refund's own trail."""
    audit_record(
        act=f"refunds.{name}",
        actor=actor,
        subject=refund.subject,
        before=before or {},
        after={"state": refund.state, **(after or {})},
        decision=decision,
        now=now,
    )


def named(order: Order, refund: RefundRequest) -> dict[str, Any]:
    """What every message about a refund may say."""
    return {
        "number": refund.number,
        "order": order.number,
        "title": {"zh-hans": order.title_zh, "en": order.title_en or order.title_zh},
        "amount": refund.amount,
        "paid": order.amount,
    }


def tell_buyer(
    order: Order, refund: RefundRequest, kind: str, now: datetime, context: Mapping[str, Any] | None = None
) -> None:
    """Tell the buyer, with a link to the refund."""
    notify(
        recipient=order.buyer,
        kind=kind,
        subject=refund.subject,
        context={**named(order, refund), **(context or {})},
        link=f"/refunds/{refund.number}/",
        now=now,
    )


def tell_provider(
    order: Order, refund: RefundRequest, kind: str, now: datetime, context: Mapping[str, Any] | None = None
) -> None:
    """Tell those of the provider's team who work on refunds, and the performer's where that is another."""
    people: list[User] = []
    for pk in dict.fromkeys((order.provider_id, order.performer_id)):
        people += staff_users(provider_by_pk(pk), Permission.REFUNDS)
    notify_many(
        recipients=people,
        kind=kind,
        subject=refund.subject,
        context={**named(order, refund), **(context or {})},
        link=f"/console/refunds/{refund.number}/",
        now=now,
    )


def tell_both(
    order: Order, refund: RefundRequest, kind: str, now: datetime, context: Mapping[str, Any] | None = None
) -> None:
    """Tell both sides the same."""
    tell_buyer(order, refund, kind, now, context)
    tell_provider(order, refund, kind, now, context)


def tell_operators(order: Order, refund: RefundRequest, kind: str, now: datetime) -> None:
    """Tell the operators of arbitration."""
    notify_many(
        recipients=operators_with(Role.ARBITRATION),
        kind=kind,
        subject=refund.subject,
        context=named(order, refund),
        link=QUEUE,
        now=now,
    )
