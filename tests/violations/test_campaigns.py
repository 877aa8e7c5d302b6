"""Promotions need the platform's consent, leave out who does not want them, and come seldom (18(9))."""

from datetime import datetime, timedelta

import pytest

from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_days
from notifications.models import MailPreference
from tests.orders.making import buy, make_person, make_shop, told
from violations.models import Campaign
from violations.services import TooSoon, campaign_approve, campaign_refuse, campaign_submit

TEXTS = {"title_zh": "新版发布", "title_en": "A new release", "text_zh": "检索快一倍", "text_en": "Twice as fast"}


def submit(scene, now: datetime, **more) -> Campaign:
    return campaign_submit(
        provider=scene.provider, product=scene.product, texts=TEXTS | more, actor=scene.person.actor, now=now
    )


@pytest.mark.clause("18(9)")
def test_nobody_is_told_without_consent_and_only_who_wants_it_with(scene, now: datetime) -> None:
    _order, unwilling = buy(scene.product, now)
    MailPreference.objects.create(user=unwilling.user, group="promotions", by_mail=False)
    stranger = make_person(now)

    campaign = submit(scene, now)
    assert told(scene.buyer.user, "promotion.sent") == 0

    campaign_approve(campaign=campaign, actor=scene.operator, now=now)

    assert [told(one.user, "promotion.sent") for one in (scene.buyer, unwilling, stranger)] == [1, 0, 0]
    campaign.refresh_from_db()
    assert (campaign.state, campaign.recipients) == ("sent", 1)
    with pytest.raises(NotAllowed):
        campaign_approve(campaign=campaign, actor=scene.operator, now=now)
    assert told(scene.buyer.user, "promotion.sent") == 1


@pytest.mark.clause("18(9)")
def test_a_refused_promotion_reaches_nobody(scene, now: datetime) -> None:
    campaign = submit(scene, now)
    with pytest.raises(InvalidInput):
        campaign_refuse(campaign=campaign, reason=" ", actor=scene.operator, now=now)
    campaign_refuse(campaign=campaign, reason="夸大宣传", actor=scene.operator, now=now)
    assert told(scene.buyer.user, "promotion.sent") == 0
    assert told(scene.person.user, "promotion.refused") == 1


@pytest.mark.clause("18(9)")
def test_the_interval_on_both_sides(scene, now: datetime) -> None:
    campaign_approve(campaign=submit(scene, now), actor=scene.operator, now=now)
    free_from = end_of_days(now, 30)
    with pytest.raises(TooSoon):
        submit(scene, free_from - timedelta(microseconds=1))
    assert Campaign.objects.count() == 1
    assert submit(scene, free_from).state == "submitted"


@pytest.mark.clause("18(9)")
def test_what_may_be_asked_for(scene, now: datetime) -> None:
    for name, text in (("title_zh", " "), ("text_en", ""), ("text_zh", "长" * 501)):
        with pytest.raises(InvalidInput) as refused:
            submit(scene, now, **{name: text})
        assert refused.value.field == name
    theirs, _person = make_shop(now)
    with pytest.raises(InvalidInput):
        campaign_submit(provider=scene.provider, product=theirs, texts=TEXTS, actor=scene.person.actor, now=now)
    submit(scene, now)
    with pytest.raises(NotAllowed):
        submit(scene, now)
    assert Campaign.objects.count() == 1


@pytest.mark.clause("18(9)")
def test_the_console(scene, now: datetime, clock, client) -> None:
    client.force_login(scene.person.user)
    assert client.post(f"/console/products/{scene.product.pk}/promote/", TEXTS).status_code == 302
    campaign = Campaign.objects.get()
    assert TEXTS["title_zh"] in client.get("/console/promotions/").content.decode()
    theirs, _person = make_shop(now)
    assert client.get(f"/console/products/{theirs.pk}/promote/").status_code == 404
    assert client.post(f"/console/promotions/{campaign.number}/withdraw/").status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == "withdrawn"
