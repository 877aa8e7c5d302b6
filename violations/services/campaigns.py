"""Acts about promotions: asked for by a provider, sent with the platform's consent, never too often (§18(9))."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from catalog.types import ProductState
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_days
from core.references import new_number
from notifications.selectors import opted_out
from notifications.services import notify_many
from orders.selectors import buyers_of_provider
from providers.selectors import rulebook_of_provider, staff_users
from providers.services import require_member, require_role
from providers.types import Permission
from regulation.services import audit_record
from violations import selectors
from violations.models import Campaign
from violations.types import CampaignState

GROUP = "promotions"
LONGEST = {"title_zh": 60, "title_en": 120, "text_zh": 500, "text_en": 1000}


class TooSoon(NotAllowed):
    """The last promotion of this provider was sent too lately."""

    code = "promotion_too_soon"


@act
def campaign_submit(*, provider: Any, product: Any, texts: Mapping[str, str], actor: Actor, now: datetime) -> Campaign:
    """A provider asks for consent to tell its buyers of a product on sale (§18(9)). Nothing is sent yet.

    Raises InvalidInput naming the field, NotAllowed while another waits, TooSoon within the days of the rulebook.
    """
    require_member(actor, provider, Permission.PRODUCTS)
    said = {name: texts.get(name, "").strip() for name in LONGEST}
    for name, most in LONGEST.items():
        if not said[name]:
            raise InvalidInput(_("Write it in both languages."), field=name)
        if len(said[name]) > most:
            raise InvalidInput(_("This text has at most %(most)d characters.") % {"most": most}, field=name)
    if product.provider_id != provider.pk or product.state != ProductState.ON_SALE:
        raise InvalidInput(_("Choose a product of yours that is on sale."), field="product")
    if selectors.campaign_waiting_of(provider) is not None:
        raise NotAllowed(_("A promotion of yours waits for consent. Withdraw it to ask for another."))
    require_interval(provider, now)
    campaign = Campaign(
        number=new_number("M", now),
        provider=provider,
        product=product,
        submitted_at=now,
        submitted_by_id=actor.person,
        **said,
    )
    campaign.save()
    _audit(campaign, "campaign_submit", {}, actor, now)
    return campaign


@act
def campaign_withdraw(*, campaign: Campaign, actor: Actor, now: datetime) -> Campaign:
    """The provider does not want to send it any more. Raises NotAllowed once it was judged."""
    campaign = _waiting(campaign)
    require_member(actor, campaign.provider, Permission.PRODUCTS)
    campaign.withdraw(now=now)
    campaign.save()
    _audit(campaign, "campaign_withdraw", {"state": CampaignState.SUBMITTED}, actor, now)
    return campaign


@act
def campaign_approve(*, campaign: Campaign, actor: Actor, now: datetime) -> Campaign:
    """The platform consents: it goes to everybody who bought from the provider and has not opted out (§18(9)).

    Raises NotAllowed once it was judged or while the product is not on sale, TooSoon within the days of the rulebook.
    """
    campaign = _waiting(campaign)
    require_role(actor, Role.OPERATIONS, campaign.provider)
    if campaign.product.state != ProductState.ON_SALE:
        raise NotAllowed(_("The product is not on sale any more."))
    require_interval(campaign.provider, now)
    buyers = list(buyers_of_provider(campaign.provider))
    unwilling = opted_out([buyer.pk for buyer in buyers], GROUP)
    recipients = [buyer for buyer in buyers if buyer.pk not in unwilling and buyer.is_active]
    campaign.send(operator_id=actor.person, recipients=len(recipients), now=now)
    campaign.save()
    _audit(campaign, "campaign_approve", {"state": CampaignState.SUBMITTED}, actor, now)
    notify_many(
        recipients=recipients,
        kind="promotion.sent",
        subject=campaign.subject,
        context={
            "title": {"zh-hans": campaign.title_zh, "en": campaign.title_en},
            "text": {"zh-hans": campaign.text_zh, "en": campaign.text_en},
            "provider": str(campaign.provider),
        },
        now=now,
        link=f"/p/{campaign.product.slug}/",
    )
    _tell(campaign, "promotion.approved", now)
    return campaign


@act
def campaign_refuse(*, campaign: Campaign, reason: str, actor: Actor, now: datetime) -> Campaign:
    """The platform does not consent: nobody is told (§18(9)). Raises InvalidInput (reason), NotAllowed."""
    campaign = _waiting(campaign)
    require_role(actor, Role.OPERATIONS, campaign.provider)
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider reads it."), field="reason")
    campaign.refuse(operator_id=actor.person, reason=reason.strip(), now=now)
    campaign.save()
    _audit(campaign, "campaign_refuse", {"state": CampaignState.SUBMITTED}, actor, now)
    _tell(campaign, "promotion.refused", now)
    return campaign


def _waiting(campaign: Campaign) -> Campaign:
    campaign = selectors.campaign_locked(campaign.pk)
    if campaign.state != CampaignState.SUBMITTED:
        raise NotAllowed(_("This promotion was judged or withdrawn."))
    return campaign


def require_interval(provider: Any, now: datetime) -> None:
    """Refuse a promotion that follows the last one too soon (§18(9)). Raises TooSoon."""
    last = selectors.campaign_sent_last(provider)
    if last is None:
        return
    free_from = end_of_days(last, rulebook_of_provider(provider, now).parameter("promotion.interval_days"))
    if now < free_from:
        raise TooSoon(
            _("The last promotion was sent too lately. The next may follow from %(at)s.")
            % {"at": f"{free_from:%Y-%m-%d}"},
            clauses=["18(9)"],
        )


def _tell(campaign: Campaign, kind: str, now: datetime) -> None:
    notify_many(
        recipients=staff_users(campaign.provider, Permission.PRODUCTS),
        kind=kind,
        subject=campaign.subject,
        context={
            "title": {"zh-hans": campaign.title_zh, "en": campaign.title_en},
            "count": campaign.recipients,
            "reason": campaign.reason or "—",
        },
        now=now,
        link="/console/promotions/",
    )


def _audit(campaign: Campaign, name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=campaign.subject,
        before=before,
        after={"state": campaign.state, "recipients": campaign.recipients, "reason": campaign.reason},
        now=now,
    )
