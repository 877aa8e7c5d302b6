"""Acts about whether the version on sale is the current one: attested, reminded, handed on (§18(12), §18(13))."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog import reactions
from catalog.freshness import storefront_changed
from catalog.models import Product, StaleNotice, VersionAttestation
from catalog.selectors.due import stale_since
from catalog.services.access import require_products
from catalog.services.locking import NotNow, product_locked
from catalog.services.zero_sales import titles
from catalog.types import ProductState
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.periods import end_of_days
from notifications.services import notify_many
from providers.selectors import rulebook_of_provider, staff_users
from providers.types import Permission
from regulation.services import audit_record


@act
def version_attest(*, product: Product, upstream: str, actor: Actor, now: datetime) -> VersionAttestation:
    """The provider declares that the version on sale is its current release (§18(13)): a reminder that ran ends.

    Raises InvalidInput (upstream) where the release is not named, NotNow for a product that is not on sale.
    """
    locked = product_locked(product.pk)
    require_products(actor, locked.provider)
    if locked.state != ProductState.ON_SALE or locked.live_version is None:
        raise NotNow(_("Only a product on sale has a version to attest."))
    named = upstream.strip()[:60]
    if not named:
        raise InvalidInput(_("Name the release of your own that it is."), field="upstream")
    attested = VersionAttestation.objects.create(
        product=locked, version=locked.live_version, upstream=named, attested_at=now, attested_by_id=actor.id
    )
    stale_end(product=locked, now=now)
    storefront_changed()
    audit_record(
        act="listing.version_attest",
        actor=actor,
        subject=locked.reference,
        before={},
        after={"version": locked.live_version.number, "upstream": named},
        now=now,
    )
    return attested


def stale_end(*, product: Product, now: datetime) -> None:
    """A new version or the provider's word ends the reminder (§18(12), §18(13)). Part of an act."""
    StaleNotice.objects.filter(product=product, ended_at__isnull=True).update(ended_at=now)


@act
def stale_remind(*, product_id: int, now: datetime) -> bool:
    """Remind a provider of a product that was neither updated nor attested in its period (§18(12), §18(13)).

    False where it was, or where a reminder runs.
    """
    product = product_locked(product_id)
    since = stale_since(product, now)
    if since is None or StaleNotice.objects.filter(product=product, ended_at__isnull=True).exists():
        return False
    days = rulebook_of_provider(product.provider, now).parameter("listing.attestation_grace_days")
    notice = StaleNotice.objects.create(product=product, since=since, opened_at=now, due_at=end_of_days(now, days))
    audit_record(
        act="listing.stale_remind",
        actor=SYSTEM,
        subject=product.reference,
        before={},
        after={"since": since, "due_at": notice.due_at},
        now=now,
    )
    notify_many(
        recipients=staff_users(product.provider, Permission.PRODUCTS),
        kind="listing.stale",
        subject=product.reference,
        context={**titles(product), "since": since, "due_at": notice.due_at},
        now=now,
        link=f"/console/products/{product.pk}/attest/",
    )
    return True


@act
def stale_hand_on(*, notice_id: int, now: datetime) -> bool:
    """The grace is over: what is stale becomes conduct to be examined (§18(12)).

    False where the reminder ended, was handed on, or the product is off the market, which ends it.
    """
    product_id = StaleNotice.objects.values_list("product_id", flat=True).get(pk=notice_id)
    product = product_locked(product_id)
    notice = StaleNotice.objects.select_for_update(no_key=True).get(pk=notice_id)
    if notice.ended_at is not None or notice.handed_on_at is not None or now < notice.due_at:
        return False
    if product.state != ProductState.ON_SALE:
        stale_end(product=product, now=now)
        return True
    notice.handed_on_at = now
    notice.save(update_fields=["handed_on_at"])
    audit_record(
        act="listing.stale_hand_on",
        actor=SYSTEM,
        subject=product.reference,
        before={"due_at": notice.due_at},
        after={"handed_on_at": now},
        now=now,
    )
    reactions.went_stale(product, notice, now)
    return True
