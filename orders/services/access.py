"""Who may act on an order, its lock, and the rulebook and words that its acts share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import operators_with, user_by_pk
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotFound, NotPermitted
from core.uploads import EVIDENCE, checked_upload
from notifications.services import notify, notify_many
from orders.models import Order, OrderFile
from orders.selectors.access import OrderNotFound, order_locked
from orders.types import Side
from providers import selectors as providers
from providers.models import Provider
from providers.types import Permission
from regulation.selectors import rulebook_for
from regulation.types import Rulebook

MOST_FILES = 10
_HAS_TERMS = """
    SELECT EXISTS (SELECT FROM providers_agreement WHERE provider_id = %s AND kind = 'supplementary')
"""

__all__ = [
    "NotNow",
    "OrderNotFound",
    "agreement_terms",
    "files_keep",
    "named",
    "order_locked",
    "require_buyer",
    "require_operator",
    "require_provider",
    "required_text",
    "rulebook_of",
    "side_of",
    "tell_buyer",
    "tell_operators",
    "tell_provider",
]


class NotNow(NotAllowed):
    """The order is not at the point where this can be done."""

    code = "order_not_now"


def require_buyer(order: Order, actor: Actor) -> None:
    """Let only the buyer go on; strangers do not learn that the order exists."""
    if actor.id is None or actor.id != order.buyer_id:
        raise OrderNotFound


def require_provider(order: Order, actor: Actor, permission: str = Permission.ORDERS) -> None:
    """Let only those go on who may act for whoever sells or performs the order.

    Raises OrderNotFound for strangers, RoleTooSmall for members of the team whose role does not cover it.
    """
    if actor.id is None:
        raise OrderNotFound
    refusal: Exception = OrderNotFound()
    for provider in Provider.objects.filter(pk__in={order.provider_id, order.performer_id}):
        try:
            providers.require_permission_of(user_id=actor.id, provider=provider, permission=permission)
        except NotPermitted as error:
            refusal = error
        except NotFound:
            continue
        else:
            return
    raise refusal


def require_operator(actor: Actor, *roles: str) -> User:
    """Let only operators go on who hold one of the roles."""
    if actor.id is None:
        raise NotPermitted(_("Only an operator may do this."))
    user = user_by_pk(actor.id)
    if not any(user.has_role(role) for role in roles):
        raise NotPermitted(_("Your role as an operator does not cover this."))
    return user


def side_of(order: Order, actor: Actor, permission: str = Permission.ORDERS) -> Side:
    """On whose side somebody stands; buyers and teams only. Raises OrderNotFound for others."""
    if actor.id is not None and actor.id == order.buyer_id:
        return Side.BUYER
    require_provider(order, actor, permission)
    return Side.PROVIDER


def order_locked_by_number(number: str) -> Order:
    """An order's row by its number, locked until the act ends: written out, because every payment asks for it. Raises
    DoesNotExist.
    """
    found: Order
    for found in Order.objects.raw("SELECT * FROM orders_order WHERE number = %s FOR NO KEY UPDATE", [number]):
        return found
    raise Order.DoesNotExist(number)


def agreement_terms(order: Order, at: datetime) -> dict[str, Any]:
    """The terms of its own that the provider's agreement held at an instant (§3). Hardly any provider has some."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_TERMS, [order.provider_id])
        if not cursor.fetchone()[0]:
            return {}
    return providers.terms_for(Provider(pk=order.provider_id), at)


def rulebook_of(order: Order, at: datetime) -> Rulebook:
    """The rulebook of an instant as it binds this order's provider; for an order's own clocks that is its payment
    (§28).
    """
    return rulebook_for(at, agreement_terms(order, at))


def required_text(text: str, field: str, longest: int = 5000) -> str:
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
    *, order: Order, place: str, files: Sequence[IO[bytes]], by_id: int, now: datetime, field: str = "files"
) -> list[OrderFile]:
    """Look into files and keep them with an order. Raises InvalidInput for a file that cannot be used."""
    if len(files) > MOST_FILES:
        raise InvalidInput(_("Send at most %(most)d files at a time.") % {"most": MOST_FILES}, field=field)
    kept = []
    for upload in files:
        checked = checked_upload(upload, name=getattr(upload, "name", "") or "file", kinds=EVIDENCE, field=field)
        kept.append(
            OrderFile.objects.create(
                order=order,
                place=place,
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


def named(order: Order) -> dict[str, Any]:
    """What every message about an order may say."""
    return {
        "number": order.number,
        "title": {"zh-hans": order.title_zh, "en": order.title_en or order.title_zh},
        "amount": order.amount,
    }


def tell_buyer(order: Order, kind: str, now: datetime, context: Mapping[str, Any] | None = None) -> None:
    """Tell the buyer, with a link to the order."""
    notify(
        recipient=order.buyer,
        kind=kind,
        subject=order.subject,
        context={**named(order), **(context or {})},
        link=f"/orders/{order.number}/",
        now=now,
    )


def tell_provider(
    order: Order,
    kind: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
    permission: str = Permission.ORDERS,
) -> None:
    """Tell those of the provider's team whom it concerns, and the performer's where that is another."""
    people: list[User] = []
    for pk in dict.fromkeys((order.provider_id, order.performer_id)):
        people += providers.staff_users(providers.provider_by_pk(pk), permission)
    notify_many(
        recipients=people,
        kind=kind,
        subject=order.subject,
        context={**named(order), **(context or {})},
        link=f"/console/orders/{order.number}/",
        now=now,
    )


def tell_operators(
    order: Order, kind: str, now: datetime, *, role: str, link: str, context: Mapping[str, Any] | None = None
) -> None:
    """Tell the operators of a role."""
    people: Iterable[User] = operators_with(role)
    notify_many(
        recipients=people,
        kind=kind,
        subject=order.subject,
        context={**named(order), **(context or {})},
        link=link,
        now=now,
    )
