"""The operators' desk and REST, through the pages themselves."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client
from time_machine import Traveller

from core.acts import SYSTEM, Actor
from deposits.models import AdditionalDeposit
from deposits.services import deposit_deduct
from ledger.types import PENALTIES
from providers import selectors, services
from providers.models import Application, ChangeReport, Provider, Restriction
from regulation.models import DecisionRecord
from tests.providers import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(now: datetime, clock: Traveller, client: Client) -> Client:
    """A signed-in operator who works on applications and on money."""
    client.force_login(making.make_operator(now))
    return client


@pytest.mark.clause("9", "5")
def test_an_application_is_reviewed_and_approved_through_the_desk(now: datetime, desk: Client) -> None:
    application, person = making.make_application(now)
    queue = desk.get("/admin/providers/application/")
    assert application.number in queue.content.decode()
    assert desk.get("/admin/providers/application/next/").url.endswith(f"/{application.pk}/change/")

    page = desk.get(f"/admin/providers/application/{application.pk}/change/").content.decode()
    paper = application.provider.documents.first()
    assert f"/papers/{paper.pk}/" in page
    assert paper.masked_number in page
    alone = desk.get(f"/admin/providers/document/{paper.pk}/change/").content.decode()
    assert paper.masked_number in alone
    assert paper.number not in alone
    assert paper.number not in page
    assert "§9(3)1" in page
    assert desk.get(f"/admin/providers/application/{application.pk}/approve/").status_code == 403

    desk.post(f"/admin/providers/application/{application.pk}/claim/")
    confirm = desk.get(f"/admin/providers/application/{application.pk}/approve/")
    assert confirm.status_code == 200
    assert Application.objects.get(pk=application.pk).state == "under_review"
    done = desk.post(f"/admin/providers/application/{application.pk}/approve/", {"note": "齐全"})

    assert done.status_code == 302
    assert Application.objects.get(pk=application.pk).state == "approved"
    assert Provider.objects.get(owner=person.user).state == "active"


def test_returning_needs_a_reason_and_says_it_to_the_applicant(now: datetime, desk: Client) -> None:
    application, _ = making.make_application(now)
    desk.post(f"/admin/providers/application/{application.pk}/claim/")
    address = f"/admin/providers/application/{application.pk}/return/"

    refused = desk.post(address, {"reason": "", "remark_documents": "模糊"})
    assert refused.status_code == 200
    assert Application.objects.get(pk=application.pk).state == "under_review"
    desk.post(address, {"reason": "补件", "remark_documents": "模糊"})

    returned = Application.objects.get(pk=application.pk)
    assert (returned.state, returned.reason, returned.remarks) == ("returned", "补件", {"documents": "模糊"})


def test_who_has_no_role_for_it_sees_no_buttons_and_gets_no_act(
    now: datetime, clock: Traveller, client: Client
) -> None:
    application, _ = making.make_application(now)
    client.force_login(making.make_operator(now, "audit"))

    assert client.post(f"/admin/providers/application/{application.pk}/claim/").status_code == 403
    assert Application.objects.get(pk=application.pk).state == "submitted"


@pytest.mark.clause("20(5)")
def test_a_restriction_is_placed_and_lifted_through_the_desk(now: datetime, desk: Client) -> None:
    provider, _ = making.make_provider(now)
    page = desk.get(f"/admin/providers/provider/{provider.pk}/change/")
    assert provider.number in page.content.decode()

    desk.post(
        f"/admin/providers/provider/{provider.pk}/restrict/",
        {
            "kind": "frozen",
            "until_0": "2026-03-09",
            "until_1": "10:00:00",
            "reason_zh": "调查",
            "reason_en": "Inquiry",
            "clause": "20(2)",
        },
    )
    placed = Restriction.objects.get(kind="frozen")
    assert placed.until == now.replace(day=9)
    assert not selectors.is_displayed(Provider.objects.get(pk=provider.pk), now)

    desk.post(f"/admin/providers/restriction/{placed.pk}/lift/", {"reason": "查清"})
    assert selectors.is_displayed(Provider.objects.get(pk=provider.pk), now)


@pytest.mark.clause("18(1)")
def test_a_reported_change_is_accepted_through_the_desk(now: datetime, desk: Client) -> None:
    provider, person = making.make_provider(now)
    report = services.change_report(
        provider=provider, about="other", changed_on=now.date(), description="办公地址变更", actor=person.actor, now=now
    )

    assert "办公地址变更" in desk.get(f"/admin/providers/changereport/{report.pk}/change/").content.decode()
    # Nothing came with it, so no paper takes another's place.
    for name in ("accept", "refuse"):
        asked = desk.get(f"/admin/providers/changereport/{report.pk}/{name}/").content.decode()
        assert "登记资料不变" in asked
        assert "证件" not in asked.partition("<main")[2]
    desk.post(f"/admin/providers/changereport/{report.pk}/accept/")

    assert ChangeReport.objects.get(pk=report.pk).state == "accepted"


@pytest.mark.clause("9(6)4")
def test_an_additional_deposit_is_confirmed_through_the_desk(now: datetime, desk: Client) -> None:
    provider, _ = making.make_provider(now)
    decision = DecisionRecord.objects.filter(subject=provider.subject).first()
    for n in range(3):
        deposit_deduct(
            provider=provider,
            amount=Decimal("1.00"),
            kind="penalty",
            reason="违规",
            reference="case",
            recipient_account=PENALTIES,
            decision=decision,
            key=str(n),
            actor=SYSTEM,
            now=now,
        )
    proposed = AdditionalDeposit.objects.get()

    desk.post(f"/admin/deposits/additionaldeposit/{proposed.pk}/confirm/", {"reason": "多次扣除"})

    assert AdditionalDeposit.objects.get().state == "confirmed"
    for model in ("deposit", "deduction", "topupdemand", "depositpayment", "depositreturn", "additionaldeposit"):
        assert desk.get(f"/admin/deposits/{model}/").status_code == 200, model


@pytest.mark.parametrize(
    "model",
    [
        "agreement",
        "agreementtext",
        "changereport",
        "document",
        "lapseduty",
        "platformcondition",
        "provider",
        "reentrybar",
        "restriction",
        "store",
        "application",
    ],
)
def test_every_list_of_the_desk_opens(now: datetime, desk: Client, model: str) -> None:
    making.make_provider(now)

    assert desk.get(f"/admin/providers/{model}/").status_code == 200


def test_a_condition_and_an_agreement_are_made_through_the_desk(now: datetime, desk: Client) -> None:
    moment = {"effective_at_0": "2026-04-01", "effective_at_1": "00:00:00"}
    desk.post(
        "/admin/providers/platformcondition/new/",
        {
            "code": "iso",
            "title_zh": "认证",
            "title_en": "Certificate",
            "text_zh": "须有",
            "text_en": "Needed",
            "for_kind": "enterprise",
            "answered_by": "operator",
            **moment,
        },
    )
    desk.post(
        "/admin/providers/agreementtext/publish/",
        {
            "kind": "provider",
            "version": "2",
            "title_zh": "协议",
            "title_en": "Agreement",
            "body_zh": "文",
            "body_en": "Text",
            **moment,
        },
    )
    from providers.models import AgreementText, PlatformCondition

    assert PlatformCondition.objects.get().code == "iso"
    assert AgreementText.objects.get().version == "2"


def test_a_provider_reads_its_own_standing_over_rest_and_nobody_elses(
    now: datetime, clock: Traveller, client: Client
) -> None:
    provider, person = making.make_provider(now)
    assert client.get("/api/v1/providers/mine/").status_code in {401, 403}
    client.force_login(person.user)

    mine = client.get("/api/v1/providers/mine/").json()
    assert (mine["number"], mine["displayed"]) == (provider.number, True)
    assert {one["key"]: one["met"] for one in client.get("/api/v1/providers/mine/requirements/").json()}["deposit"]
    deposit = client.get("/api/v1/deposits/mine/").json()
    assert (deposit["required"], deposit["balance"], deposit["demand"]) == ("2000.00", "2000.00", None)
    for path in (
        "providers/mine/restrictions",
        "providers/mine/changes",
        "deposits/mine/deductions",
        "deposits/mine/demands",
    ):
        assert client.get(f"/api/v1/{path}/").status_code == 200, path

    client.force_login(making.make_person(now).user)
    refused = client.get("/api/v1/providers/mine/")
    assert (refused.status_code, refused.json()["code"]) == (404, "provider_not_found")
    assert client.get("/api/v1/providers/applications/").status_code == 403


def test_paying_over_rest_needs_a_key_and_happens_once(now: datetime, clock: Traveller, client: Client) -> None:
    _provider, person = making.make_admitted(now)
    client.force_login(person.user)
    address = "/api/v1/deposits/mine/payments/"

    assert client.post(address, {"amount": "2000.00"}, content_type="application/json").status_code == 400
    answers = [
        client.post(address, {"amount": "2000.00"}, content_type="application/json", headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    wrong = client.post(address, {"amount": "0.00"}, content_type="application/json", headers={"Idempotency-Key": "k2"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "amount")


def test_terms_are_offered_through_the_desk(now: datetime, desk: Client) -> None:
    provider, person = making.make_provider(now)
    desk.post(
        f"/admin/providers/provider/{provider.pk}/terms/",
        {
            "terms": '{"deposit.top_up_working_days": 5}',
            "starts_at_0": "2026-03-03",
            "starts_at_1": "00:00:00",
            "note": "战略合作",
        },
    )

    offered = selectors.agreements_of(provider).get(kind="supplementary")
    services.agreement_terms_sign(agreement=offered, actor=Actor.of(person.user), now=now)
    assert selectors.terms_for(provider, now.replace(day=4)) == {"deposit.top_up_working_days": 5}
