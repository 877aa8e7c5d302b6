"""From the first step of the wizard to a store that is shown (5, 9)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from core.acts import Actor
from core.errors import Conflict, InvalidInput, NotPermitted
from deposits.selectors import standing
from notifications.models import Message
from providers import selectors, services
from providers.models import Application, Document, Provider, StaffMember, Store
from providers.types import DocumentSlot, RestrictionKind
from regulation.models import AuditRecord, DecisionRecord
from tests.providers import making

pytestmark = pytest.mark.django_db


@pytest.mark.clause("5", "9", "9(6)")
def test_an_application_becomes_a_store_that_opens_with_the_deposit(now: datetime) -> None:
    application, person = making.make_application(now)
    operator = making.make_operator(now)

    making.approve(application, operator, now)

    provider = Provider.objects.get(owner=person.user)
    store = Store.objects.get(provider=provider)
    assert provider.state == "active"
    assert provider.legal_number == person.number
    assert StaffMember.objects.get(provider=provider).role == "owner"
    assert standing(provider).required == Decimal("2000.00")
    assert not selectors.is_displayed(provider, now)
    assert not selectors.displayed(Provider.objects.all(), now).exists()
    with pytest.raises(selectors.StoreNotFound):
        selectors.store_by_slug(store.slug, now)

    making.pay_in(provider, person, Decimal("2000.00"), now)

    assert selectors.store_by_slug(store.slug, now) == store
    assert selectors.displayed(Provider.objects.all(), now).get() == provider
    decision = DecisionRecord.objects.get(rule="provider.admission")
    assert decision.outcome == "admitted"
    assert "9(3)1" in decision.clauses
    told = set(Message.objects.filter(recipient=person.user).values_list("kind", flat=True))
    assert {"providers.application_approved", "deposits.required", "deposits.paid", "deposits.sufficient"} <= told


@pytest.mark.clause("9(6)1")
def test_one_fen_less_than_the_deposit_keeps_the_store_closed(now: datetime) -> None:
    provider, person = making.make_admitted(now)

    making.pay_in(provider, person, Decimal("1999.99"), now)
    assert not selectors.is_displayed(Provider.objects.get(pk=provider.pk), now)

    making.pay_in(provider, person, Decimal("0.01"), now)
    assert selectors.is_displayed(Provider.objects.get(pk=provider.pk), now)


@pytest.mark.clause("9", "9(1)", "9(2)", "9(3)", "9(3)1", "9(3)2", "9(4)", "9(5)")
def test_every_condition_that_is_not_met_is_named_with_its_clause(now: datetime) -> None:
    person = making.make_person(now, verified=False)
    application = making.start(person, now)

    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_submit(application=application, actor=person.actor, now=now)

    missing = {one.key: one.clause for one in refused.value.requirements}
    assert missing == {
        "real_name": "9(2)",
        "attestation": "9(3)",
        "business_licence": "9(3)1",
        "legal_representative_id": "9(3)1",
        "contact": "9(3)2",
        "service": "9(4)",
        "store": "5",
        "agreement_provider": "9(5)",
        "agreement_annex": "9(5)",
        "price": "9(6)1",
    }
    assert Application.objects.get(pk=application.pk).state == "draft"
    assert not Message.objects.exists()
    assert not AuditRecord.objects.filter(act="application_submit").exists()


@pytest.mark.clause("9(5)")
def test_whoever_sells_on_consignment_signs_one_agreement_more(now: datetime) -> None:
    person = making.make_person(now)
    application = making.fill(making.start(person, now), person, now)
    services.application_subject_save(
        application=application,
        kind="enterprise",
        consigned=True,
        highest_price=Decimal("1.00"),
        actor=person.actor,
        now=now,
    )

    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_submit(application=application, actor=person.actor, now=now)

    assert [one.key for one in refused.value.requirements] == ["agreement_consignment"]
    text = selectors.agreement_texts_current(now)["consignment"]
    services.agreement_sign(provider=application.provider, text=text, actor=person.actor, now=now)
    assert services.application_submit(application=application, actor=person.actor, now=now).state == "submitted"


@pytest.mark.clause("9(3)1")
def test_an_individuals_card_must_be_that_of_the_verified_subject(now: datetime) -> None:
    person = making.make_person(now, "individual")
    application = making.fill(making.start(person, now, "individual"), person, now)
    other = making.identity_number(777)
    making.hand_in(person, application.provider, DocumentSlot.IDENTITY_CARD, now, number=other)
    services.application_attest(application=application, actor=person.actor, now=now)

    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_submit(application=application, actor=person.actor, now=now)
    assert [one.key for one in refused.value.requirements] == ["identity_card"]

    making.hand_in(person, application.provider, DocumentSlot.IDENTITY_CARD, now, holder="王大不同")
    services.application_attest(application=application, actor=person.actor, now=now)
    with pytest.raises(services.ApplicationIncomplete):
        services.application_submit(application=application, actor=person.actor, now=now)

    making.hand_in(person, application.provider, DocumentSlot.IDENTITY_CARD, now)
    services.application_attest(application=application, actor=person.actor, now=now)
    assert services.application_submit(application=application, actor=person.actor, now=now).state == "submitted"


@pytest.mark.clause("9(3)", "18(1)")
def test_a_new_paper_has_to_be_declared_true_again(now: datetime) -> None:
    person = making.make_person(now)
    application = making.fill(making.start(person, now), person, now)
    making.hand_in(person, application.provider, DocumentSlot.BUSINESS_LICENCE, now)

    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_submit(application=application, actor=person.actor, now=now)

    assert [one.key for one in refused.value.requirements] == ["attestation"]
    assert Document.objects.filter(slot="business_licence", state="current").count() == 1
    assert Document.objects.filter(slot="business_licence", state="superseded").count() == 1


@pytest.mark.clause("9(3)")
def test_a_paper_that_expired_yesterday_is_refused_and_one_of_today_is_not(now: datetime) -> None:
    person = making.make_person(now)
    application = making.start(person, now)
    slot = DocumentSlot.BUSINESS_LICENCE

    with pytest.raises(InvalidInput) as refused:
        making.hand_in(person, application.provider, slot, now, expires_on=date(2026, 3, 1))

    assert refused.value.field == "expires_on"
    assert making.hand_in(person, application.provider, slot, now, expires_on=date(2026, 3, 2)).state == "current"


@pytest.mark.clause("9(3)1")
@pytest.mark.parametrize(
    ("slot", "number"),
    [("business_licence", "911101080000000000"), ("legal_representative_id", "110105199003071230"), ("other", "")],
)
def test_a_number_that_cannot_be_right_is_refused(now: datetime, slot: str, number: str) -> None:
    person = making.make_person(now)
    application = making.start(person, now)
    number = number or "x" * 41

    with pytest.raises(InvalidInput) as refused:
        making.hand_in(person, application.provider, slot, now, number=number)

    assert refused.value.field == "number"
    assert not Document.objects.exists()


@pytest.mark.clause("9(4)", "12(1)2")
def test_the_registered_hours_cover_those_of_online_service(now: datetime) -> None:
    from datetime import time

    person = making.make_person(now)
    application = making.fill(making.start(person, now), person, now)
    provider = application.provider
    for days, opens, closes in [
        ([1, 2, 3, 4], time(9), time(18)),
        (making.WORKDAYS, time(9, 1), time(18)),
        (making.WORKDAYS, time(9), time(17, 59)),
    ]:
        services.service_save(
            provider=provider,
            people=[making.PersonOnDuty("陈工", "工程师")],
            days=days,
            opens=opens,
            closes=closes,
            warranty_days=0,
            hotline="",
            actor=person.actor,
            now=now,
        )
        services.service_declare(provider=provider, actor=person.actor, now=now)
        found = {one.key: one.met for one in selectors.requirements_of(provider, now)}
        assert not found["service"]

    services.service_save(
        provider=provider,
        people=[making.PersonOnDuty("陈工", "工程师")],
        days=[1, 2, 3, 4, 5, 6],
        opens=time(8),
        closes=time(20),
        warranty_days=0,
        hotline="",
        actor=person.actor,
        now=now,
    )
    services.service_declare(provider=provider, actor=person.actor, now=now)
    assert {one.key: one.met for one in selectors.requirements_of(provider, now)}["service"]


def test_what_is_with_the_operators_cannot_be_changed_until_it_is_returned(now: datetime) -> None:
    application, person = making.make_application(now)
    operator = Actor.of(making.make_operator(now))

    with pytest.raises(services.ApplicationClosed):
        making.hand_in(person, application.provider, DocumentSlot.BUSINESS_LICENCE, now)
    with pytest.raises(services.ApplicationClosed):
        services.contact_save(
            provider=application.provider,
            name="别人",
            phone="13900000000",
            email="x@example.com",
            actor=person.actor,
            now=now,
        )

    services.application_claim(application=application, actor=operator, now=now)
    services.application_return(
        application=application, reason="执照看不清", remarks={"documents": "请重新拍摄"}, actor=operator, now=now
    )
    returned = Application.objects.get(pk=application.pk)
    assert returned.state == "returned"
    sections = {one.section: one.remark for one in selectors.sections_of(returned, now)}
    assert sections["documents"] == "请重新拍摄"

    making.hand_in(person, application.provider, DocumentSlot.BUSINESS_LICENCE, now)
    services.application_attest(application=application, actor=person.actor, now=now)
    again = services.application_submit(application=application, actor=person.actor, now=now + timedelta(hours=1))
    assert again.state == "submitted"
    assert again.claimed_by is None


def test_two_operators_cannot_settle_one_application(now: datetime) -> None:
    application, _person = making.make_application(now)
    first, second = (Actor.of(making.make_operator(now)) for _ in range(2))
    services.application_claim(application=application, actor=first, now=now)

    with pytest.raises(Conflict):
        services.application_claim(application=application, actor=second, now=now)
    with pytest.raises(services.NotYourReview):
        services.application_approve(application=application, note="", actor=second, now=now)

    services.application_take_over(application=application, reason="同事休假", actor=second, now=now)
    with pytest.raises(services.NotYourReview):
        services.application_refuse(application=application, reason="不符合", actor=first, now=now)
    refused = services.application_refuse(application=application, reason="不符合", actor=second, now=now)
    assert refused.state == "refused"
    assert not Store.objects.exists()


def test_only_operators_review_and_only_the_applicant_applies(now: datetime) -> None:
    application, person = making.make_application(now)
    stranger = making.make_person(now)

    with pytest.raises(NotPermitted):
        services.application_claim(application=application, actor=person.actor, now=now)
    with pytest.raises(selectors.ProviderNotFound):
        services.application_withdraw(application=application, actor=stranger.actor, now=now)
    with pytest.raises(selectors.ApplicationNotFound):
        selectors.application_for(stranger.user, application.number)
    assert selectors.application_for(person.user, application.number) == application


@pytest.mark.clause("9(2)", "9(3)1")
def test_a_real_name_taken_back_during_the_review_stops_the_approval(now: datetime) -> None:
    from accounts.models import IdentityVerification
    from accounts.services import identity_revoke
    from core.acts import SYSTEM

    application, person = making.make_application(now)
    operator = Actor.of(making.make_operator(now))
    services.application_claim(application=application, actor=operator, now=now)
    identity_revoke(verification=IdentityVerification.objects.get(user=person.user), reason="错", actor=SYSTEM, now=now)

    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_approve(application=application, note="", actor=operator, now=now)

    assert "real_name" in {one.key for one in refused.value.requirements}
    assert Application.objects.get(pk=application.pk).state == "under_review"
    assert not Store.objects.exists()
    assert not DecisionRecord.objects.filter(rule="provider.admission").exists()


@pytest.mark.clause("25")
def test_one_legal_subject_has_one_store(now: datetime) -> None:
    first = making.make_person(now, n=500)
    second = making.make_person(now, n=500)
    applications = []
    for person in (first, second):
        application = making.fill(making.start(person, now), person, now)
        applications.append(services.application_submit(application=application, actor=person.actor, now=now))
    operator = making.make_operator(now)
    making.approve(applications[0], operator, now)

    services.application_claim(application=applications[1], actor=Actor.of(operator), now=now)
    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_approve(application=applications[1], note="", actor=Actor.of(operator), now=now)

    assert [one.key for one in refused.value.requirements] == ["reentry"]
    assert Store.objects.count() == 1


@pytest.mark.clause("9(7)")
def test_the_platforms_own_conditions_gate_handing_in_and_approval(now: datetime) -> None:
    operator = making.make_operator(now)
    for code, by in (("iso", "provider"), ("visit", "operator")):
        services.platform_condition_add(
            code=code,
            title=making.leave_reason("条件", "Condition"),
            text=making.leave_reason(),
            for_kind="enterprise",
            answered_by=by,
            effective_at=now,
            actor=Actor.of(operator),
            now=now,
        )
    person = making.make_person(now)
    application = making.fill(making.start(person, now), person, now)
    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_submit(application=application, actor=person.actor, now=now)
    assert [one.key for one in refused.value.requirements] == ["condition_iso"]

    own, theirs = selectors.conditions_asked(application.provider, now)
    services.condition_declare(provider=application.provider, condition=own, actor=person.actor, now=now)
    services.application_submit(application=application, actor=person.actor, now=now)
    services.application_claim(application=application, actor=Actor.of(operator), now=now)
    with pytest.raises(services.ApplicationIncomplete) as refused:
        services.application_approve(application=application, note="", actor=Actor.of(operator), now=now)
    assert [one.key for one in refused.value.requirements] == ["condition_visit"]

    services.condition_confirm(
        provider=application.provider, condition=theirs, note="已走访", actor=Actor.of(operator), now=now
    )
    approved = services.application_approve(application=application, note="", actor=Actor.of(operator), now=now)
    assert approved.state == "approved"


@pytest.mark.clause("18(2)")
def test_a_stores_name_may_not_pose_as_the_platform(now: datetime) -> None:
    person = making.make_person(now)
    application = making.start(person, now)

    with pytest.raises(InvalidInput) as refused:
        services.application_store_save(
            application=application,
            slug="abc",
            name_zh="云市场官方店",
            name_en="Shop",
            introduction_zh="",
            introduction_en="",
            actor=person.actor,
            now=now,
        )

    assert refused.value.field == "name_zh"
    assert refused.value.clauses == ("18(2)",)


@pytest.mark.parametrize("slug", ["ab", "Ünlaut", "a--b", "-abc", "admin", "x" * 41])
def test_an_address_is_plain_and_free(now: datetime, slug: str) -> None:
    person = making.make_person(now)

    with pytest.raises(InvalidInput) as refused:
        services.application_store_save(
            application=making.start(person, now),
            slug=slug,
            name_zh="",
            name_en="",
            introduction_zh="",
            introduction_en="",
            actor=person.actor,
            now=now,
        )

    assert refused.value.field == "slug"


@pytest.mark.clause("2", "7", "9(6)1")
def test_the_platforms_own_store_is_a_provider_with_a_deposit_of_zero(now: datetime) -> None:
    from core.acts import SYSTEM

    person = making.make_person(now)
    provider = services.platform_provider_create(
        owner=person.user,
        slug="platform-store",
        name=making.leave_reason("平台自营", "Platform"),
        introduction=making.leave_reason(),
        actor=SYSTEM,
        now=now,
    )

    assert standing(provider).required == Decimal("0.00")
    assert selectors.is_displayed(provider, now)
    assert not selectors.restrictions_in_force(provider, now).filter(kind=RestrictionKind.DEPOSIT_SHORT).exists()


def test_the_queue_is_worked_oldest_first_and_taken_ones_before(now: datetime) -> None:
    older, _ = making.make_application(now)
    newer, _ = making.make_application(now + timedelta(minutes=1))
    operator, colleague = making.make_operator(now), making.make_operator(now)

    assert list(selectors.applications_waiting()) == [older, newer]
    assert selectors.application_next(operator) == older
    services.application_claim(application=older, actor=Actor.of(colleague), now=now)
    assert selectors.application_next(operator) == newer
    assert selectors.application_next(colleague) == older
    assert selectors.available_acts(Application.objects.get(pk=older.pk), operator) == ["take_over"]
    assert "approve" in selectors.available_acts(Application.objects.get(pk=older.pk), colleague)
