"""The team of a store, its agreements and its own terms (3, 5, 9(5)); contacts proved by codes (9(3)2)."""

import re
from datetime import datetime, timedelta

import pytest

from accounts import scopes
from core.acts import SYSTEM, Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.models import OutboxMessage
from providers import selectors, services
from providers.models import Agreement, ContactCode, StaffInvitation, StaffMember, Store
from providers.types import PERMISSIONS, Permission, Role
from regulation.selectors import rulebook_at
from tests.providers import making

pytestmark = pytest.mark.django_db


def invite(provider: object, person: making.Person, email: str, role: str, now: datetime) -> str:
    """Invite, and take the secret out of the mail."""
    services.staff_invite(provider=provider, email=email, role=role, actor=person.actor, now=now)
    text = OutboxMessage.objects.filter(topic="accounts.mail").order_by("-pk").first().payload["text"]
    return re.search(r"/join/([\w-]+)/", text)[1]


@pytest.mark.clause("5")
def test_who_is_invited_joins_with_the_role_and_no_more(now: datetime) -> None:
    provider, owner = making.make_provider(now)
    guest = making.make_person(now)
    secret = invite(provider, owner, guest.user.email, "finance", now)

    services.invitation_accept(secret=secret, user=guest.user, actor=guest.actor, now=now + timedelta(days=6))

    assert selectors.permissions_of(guest.user, provider) == PERMISSIONS[Role.FINANCE]
    assert selectors.provider_for(guest.user) == provider
    selectors.require_permission(user=guest.user, provider=provider, permission=Permission.MONEY)
    with pytest.raises(selectors.RoleTooSmall):
        services.store_edit(
            provider=provider,
            name_zh="改名",
            name_en="Renamed",
            introduction_zh="",
            introduction_en="",
            after_sales_zh="",
            after_sales_en="",
            actor=guest.actor,
            now=now,
        )
    assert Store.objects.get(provider=provider).name_zh != "改名"
    with pytest.raises(services.InvitationInvalid):
        services.invitation_accept(secret=secret, user=making.make_person(now).user, actor=guest.actor, now=now)

    member = selectors.member_of(guest.user, provider)
    services.staff_remove(member=member, actor=owner.actor, now=now)
    assert selectors.permissions_of(guest.user, provider) == frozenset()
    with pytest.raises(selectors.ProviderNotFound):
        selectors.require_permission(user=guest.user, provider=provider, permission=Permission.SEE)


def test_an_invitation_ends_after_seven_days_and_when_it_is_replaced(now: datetime) -> None:
    provider, owner = making.make_provider(now)
    guest = making.make_person(now)
    first = invite(provider, owner, guest.user.email, "support", now)
    second = invite(provider, owner, guest.user.email, "manager", now)

    with pytest.raises(services.InvitationInvalid):
        services.invitation_accept(secret=first, user=guest.user, actor=guest.actor, now=now)
    with pytest.raises(services.InvitationInvalid):
        services.invitation_accept(secret=second, user=guest.user, actor=guest.actor, now=now + timedelta(days=7))
    joined = services.invitation_accept(
        secret=second, user=guest.user, actor=guest.actor, now=now + timedelta(days=7, seconds=-1)
    )
    assert joined.role == "manager"
    assert not StaffInvitation.objects.filter(digest__in=[first, second]).exists(), "secrets are kept as digests only"


def test_the_owner_cannot_be_removed_and_operators_cannot_join(now: datetime) -> None:
    provider, owner = making.make_provider(now)
    operator = making.make_operator(now)
    secret = invite(provider, owner, "someone@example.com", "support", now)

    with pytest.raises(NotAllowed):
        services.invitation_accept(secret=secret, user=operator, actor=Actor.of(operator), now=now)
    with pytest.raises(NotAllowed):
        services.staff_remove(member=StaffMember.objects.get(provider=provider), actor=owner.actor, now=now)
    with pytest.raises(InvalidInput):
        services.staff_invite(provider=provider, email="a@example.com", role="owner", actor=owner.actor, now=now)


def test_only_the_owner_changes_the_team(now: datetime) -> None:
    for role in Role:
        assert (Permission.TEAM in PERMISSIONS[role]) == (role == Role.OWNER)
        assert (Permission.LEAVE in PERMISSIONS[role]) == (role == Role.OWNER)


@pytest.mark.clause("9(3)2")
def test_a_contact_is_proved_by_the_code_that_was_sent(now: datetime) -> None:
    person = making.make_person(now)
    application = making.start(person, now)
    contact = services.contact_save(
        provider=application.provider,
        name="张三",
        phone="13800001111",
        email="zhang@example.com",
        actor=person.actor,
        now=now,
    )
    services.contact_code_send(contact=contact, channel="email", actor=person.actor, now=now)
    code = making.sent_code("zhang@example.com")
    wrong = "000000" if code != "000000" else "111111"

    with pytest.raises(NotAllowed):
        services.contact_code_send(
            contact=contact, channel="email", actor=person.actor, now=now + timedelta(seconds=59)
        )
    with pytest.raises(services.CodeWrong):
        services.contact_verify(contact=contact, channel="email", code=wrong, actor=person.actor, now=now)
    with pytest.raises(services.CodeWrong):
        services.contact_verify(
            contact=contact, channel="email", code=code, actor=person.actor, now=now + timedelta(minutes=10)
        )
    done = services.contact_verify(
        contact=contact,
        channel="email",
        code=code,
        actor=person.actor,
        now=now + timedelta(minutes=10, seconds=-1),
    )
    assert done.email_verified_at is not None
    with pytest.raises(services.CodeWrong):
        services.contact_verify(contact=contact, channel="email", code=code, actor=person.actor, now=now)


@pytest.mark.clause("9(3)2")
def test_five_wrong_codes_use_it_up_and_a_new_address_is_to_be_proved_again(now: datetime) -> None:
    person = making.make_person(now)
    application = making.start(person, now)
    contact = services.contact_save(
        provider=application.provider,
        name="张三",
        phone="13800001111",
        email="zhang@example.com",
        actor=person.actor,
        now=now,
    )
    services.contact_code_send(contact=contact, channel="phone", actor=person.actor, now=now)
    code = making.sent_code("+8613800001111")
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(services.CodeWrong):
            services.contact_verify(contact=contact, channel="phone", code=wrong, actor=person.actor, now=now)
    with pytest.raises(services.CodeWrong):
        services.contact_verify(contact=contact, channel="phone", code=code, actor=person.actor, now=now)
    assert ContactCode.objects.get().attempts == 5

    later = now + timedelta(minutes=2)
    services.contact_code_send(contact=contact, channel="phone", actor=person.actor, now=later)
    services.contact_verify(
        contact=contact, channel="phone", code=making.sent_code("+8613800001111"), actor=person.actor, now=later
    )
    changed = services.contact_save(
        provider=application.provider,
        name="张三",
        phone="13800002222",
        email="zhang@example.com",
        actor=person.actor,
        now=later,
    )
    assert changed.phone_verified_at is None


@pytest.mark.clause("1", "9(5)")
def test_a_signature_keeps_what_was_signed_by_whom_and_when(now: datetime) -> None:
    provider, owner = making.make_provider(now)
    signed = Agreement.objects.get(provider=provider, kind="provider")

    assert signed.text.sha256 != signed.signature
    assert signed.signed_at == now
    assert signed.signer == owner.user
    operator = Actor.of(making.make_operator(now))
    newer = services.agreement_text_publish(
        kind="provider",
        version="2",
        title_zh="服务商入驻协议",
        title_en="Provider agreement",
        body_zh="新",
        body_en="New",
        effective_at=now + timedelta(days=1),
        actor=operator,
        now=now,
    )
    with pytest.raises(services.TextChanged):
        services.agreement_sign(provider=provider, text=newer, actor=owner.actor, now=now)
    assert {one.key: one.met for one in selectors.requirements_of(provider, now + timedelta(days=2))}[
        "agreement_provider"
    ], "what was signed before stays in force"


@pytest.mark.clause("3")
def test_terms_of_its_own_prevail_once_signed_and_while_in_force(now: datetime) -> None:
    provider, owner = making.make_provider(now)
    operator = Actor.of(making.make_operator(now))
    starts, ends = now + timedelta(days=1), now + timedelta(days=11)
    offered = services.agreement_terms_propose(
        provider=provider,
        terms={"deposit.top_up_working_days": 5},
        note="战略合作",
        starts_at=starts,
        ends_at=ends,
        actor=operator,
        now=now,
    )
    key = "deposit.top_up_working_days"
    assert selectors.rulebook_of_provider(provider, starts).parameter(key) == 3

    services.agreement_terms_sign(agreement=offered, actor=owner.actor, now=now)

    for at, days in ((starts - timedelta(seconds=1), 3), (starts, 5), (ends - timedelta(seconds=1), 5), (ends, 3)):
        assert selectors.rulebook_of_provider(provider, at).parameter(key) == days, at
    assert rulebook_at(starts).parameter(key) == 3
    services.agreement_end(agreement=offered, reason="终止", actor=operator, now=starts + timedelta(days=1))
    assert selectors.rulebook_of_provider(provider, starts + timedelta(days=2)).parameter(key) == 3


@pytest.mark.clause("3")
@pytest.mark.parametrize("terms", [{}, {"no.such": 1}, {"deposit.additional_amount": "many"}])
def test_terms_that_are_no_parameters_are_refused(now: datetime, terms: dict[str, object]) -> None:
    provider, _ = making.make_admitted(now)
    operator = Actor.of(making.make_operator(now))

    with pytest.raises(InvalidInput) as refused:
        services.agreement_terms_propose(
            provider=provider, terms=terms, note="x", starts_at=now, ends_at=None, actor=operator, now=now
        )

    assert refused.value.field == "terms"
    assert not Agreement.objects.filter(kind="supplementary").exists()


def test_operators_cannot_sell_and_a_store_owner_cannot_apply_twice(now: datetime) -> None:
    operator = making.make_operator(now)
    _provider, owner = making.make_admitted(now)

    with pytest.raises(NotPermitted):
        services.application_start(user=operator, kind="enterprise", actor=Actor.of(operator), now=now)
    with pytest.raises(services.AlreadyProvider):
        services.application_start(user=owner.user, kind="enterprise", actor=owner.actor, now=now)


def test_a_logo_is_drawn_anew_and_served_from_its_digest(now: datetime, clock: object, client: object) -> None:
    provider, owner = making.make_provider(now)
    store = services.store_logo_set(
        provider=provider, upload=making.picture("teal"), file_name="../../logo.png", actor=owner.actor, now=now
    )

    address = selectors.logo_address(store.slug, store.logo_sha)
    response = client.get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get(address.replace(store.logo_sha[:12], "0" * 12)).status_code == 404
    services.restriction_place(provider=provider, kind="frozen", reason="违规", actor=SYSTEM, now=now)
    assert client.get(address).status_code == 404
    assert selectors.store_cards([provider.pk])[provider.pk].logo == address


def test_scopes_of_selling_are_offered_to_those_who_sell_or_apply_to(now) -> None:
    buyer, applicant = making.make_person(now), making.make_person(now)
    making.start(applicant, now)
    selling = {"store:read", "store:write", "catalog:write", "deposit:read", "deposit:write", "settlements:read"}
    assert not selling & {scope.name for scope in scopes.available(buyer.user)}
    assert {"orders:read", "catalog:read"} <= {scope.name for scope in scopes.available(buyer.user)}
    assert selling <= {scope.name for scope in scopes.available(applicant.user)}
    assert selling <= {scope.name for scope in scopes.available(making.make_provider(now)[1].user)}
