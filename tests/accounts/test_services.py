"""The acts of accounts."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from accounts import selectors
from accounts.models import Block, IdentityVerification, User
from accounts.services import (
    AlreadyTaken,
    account_block,
    account_create,
    account_deactivate,
    account_reactivate,
    account_unblock,
    demo_operators_create,
    identity_check,
    identity_revoke,
    identity_verify,
    operator_appoint,
    phone_set,
    profile_update,
    role_grant,
    role_revoke,
    roles_set,
)
from core.acts import SYSTEM, Actor
from core.encryption import blind_index
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.models import OutboxMessage
from notifications.models import Message
from regulation.models import AuditRecord

pytestmark = pytest.mark.django_db
COMPANY, PERSON = "91350100M000100Y43", "11010519491231002X"


def trail(user: User) -> list[str]:
    return list(AuditRecord.objects.filter(subject=f"account:{user.pk}").order_by("pk").values_list("act", flat=True))


@pytest.mark.clause("9(1)")
def test_an_account_is_opened_with_a_number_alone(now: datetime) -> None:
    user = account_create(phone="138 0013 8000", password="correct horse 42", now=now)

    assert (user.phone, user.email, user.is_active, user.is_operator) == ("+8613800138000", None, True, False)
    assert user.check_password("correct horse 42")
    assert "0013" not in user.display_name
    assert trail(user) == ["account_create"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "email"),
        ({"email": "zhang at example"}, "email"),
        ({"phone": "12345678"}, "phone"),
        ({"email": "a@b.cn", "language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_an_account_leaves_nothing(now: datetime, given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        account_create(**given, now=now)

    assert refused.value.field == field
    assert not User.objects.exists()
    assert not AuditRecord.objects.exists()


def test_addresses_and_numbers_belong_to_one_account(person: User, other: User, now: datetime) -> None:
    with pytest.raises(AlreadyTaken):
        account_create(email="ZHANG@example.com", now=now)
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)
    with pytest.raises(AlreadyTaken):
        phone_set(user=other, phone="+86 13800138000", verified=True, actor=Actor.of(other), now=now)

    assert User.objects.get(pk=other.pk).phone is None
    assert "phone_set" not in trail(other)


def test_only_its_owner_changes_an_account(person: User, other: User, now: datetime) -> None:
    with pytest.raises(NotPermitted):
        profile_update(user=person, display_name="x", language="en", actor=Actor.of(other), now=now)
    assert User.objects.get(pk=person.pk).display_name == "张三"

    profile_update(user=person, display_name="  张  三 ", language="en", actor=Actor.of(person), now=now)
    kept = User.objects.get(pk=person.pk)
    assert (kept.display_name, kept.language) == ("张 三", "en")
    for name in ("", "x" * 61):
        with pytest.raises(InvalidInput):
            profile_update(user=person, display_name=name, language="en", actor=Actor.of(person), now=now)


def test_roles_are_groups_of_operators(person: User, operator: User, now: datetime) -> None:
    # Tests that commit empty every table; the migration makes the groups once.
    import_module("accounts.migrations.0002_roles").make_roles(apps, None)
    assert set(Group.objects.values_list("name", flat=True)) >= {
        "marketplace_operations",
        "finance",
        "arbitration",
        "rulebook",
        "audit",
    }
    assert operator.has_role("marketplace_operations")
    assert not operator.has_role("finance")
    with pytest.raises(NotAllowed):
        role_grant(user=person, role="finance", actor=SYSTEM, now=now)
    with pytest.raises(InvalidInput):
        role_grant(user=operator, role="king", actor=SYSTEM, now=now)
    with pytest.raises(NotPermitted):
        role_grant(user=operator, role="finance", actor=Actor.of(person), now=now)
    assert not operator.has_role("finance")

    role_grant(user=operator, role="finance", actor=SYSTEM, now=now)
    assert operator.has_role("finance")
    assert list(selectors.operators_with("finance")) == [operator]
    role_revoke(user=operator, role="finance", actor=SYSTEM, now=now)
    assert not User.objects.get(pk=operator.pk).has_role("finance")


def test_without_a_role_nobody_is_an_operator(operator: User, now: datetime) -> None:
    roles_set(user=operator, roles=["audit", "finance"], reason="换岗", actor=SYSTEM, now=now)
    assert User.objects.get(pk=operator.pk).roles == {"audit", "finance"}
    with pytest.raises(NotAllowed):
        roles_set(user=operator, roles=["rulebook"], reason="自己", actor=Actor.of(operator), now=now)
    with pytest.raises(InvalidInput):
        roles_set(user=operator, roles=[], reason=" ", actor=SYSTEM, now=now)

    roles_set(user=operator, roles=[], reason="离职", actor=SYSTEM, now=now)

    left = User.objects.get(pk=operator.pk)
    assert (left.is_operator, left.roles) == (False, frozenset())


def test_a_closed_operator_holds_no_role(operator: User, now: datetime) -> None:
    account_deactivate(user=operator, reason="离职", actor=SYSTEM, now=now)

    assert not User.objects.get(pk=operator.pk).has_role("marketplace_operations")
    assert not selectors.operators_with("marketplace_operations").exists()


@pytest.mark.clause("9(2)")
def test_a_verified_subject_is_found_again_by_its_index(person: User, now: datetime) -> None:
    found = identity_verify(
        user=person,
        kind="enterprise",
        legal_name=" 杭州云上科技有限公司 ",
        number="9135 0100 m000 100y 43",
        actor=Actor.of(person),
        now=now,
    )

    identity = selectors.identity_of(person)
    assert (found.state, found.register, found.answer, found.settled_at) == ("verified", "sandbox", "match", now)
    assert identity is not None
    assert (identity.legal_name, identity.subject_kind) == ("杭州云上科技有限公司", "enterprise")
    assert identity.subject_index == blind_index(COMPANY)
    assert list(selectors.accounts_of_subject(blind_index(COMPANY))) == [person]
    assert trail(person)[-2:] == ["identity_submit", "identity_settle"]
    assert Message.objects.get(recipient=person).kind == "identity.verified"


@pytest.mark.clause("9(2)")
def test_what_the_register_refuses_may_be_submitted_again(person: User, now: datetime) -> None:
    refused = identity_verify(
        user=person, kind="individual", legal_name="查无此人", number=PERSON, actor=Actor.of(person), now=now
    )
    assert (refused.state, refused.answer) == ("refused", "no_such_subject")
    assert selectors.identity_of(person) is None
    assert Message.objects.get(recipient=person).kind == "identity.refused"

    again = identity_verify(
        user=person, kind="individual", legal_name="张三丰", number=PERSON, actor=Actor.of(person), now=now
    )
    identity = selectors.identity_of(person)

    assert again.state == "verified"
    assert identity is not None
    assert (identity.masked_name, identity.masked_number) == ("张**", "110***********002X")


@pytest.mark.parametrize(
    ("kind", "name", "number", "field"),
    [
        ("individual", "张三", "110105194912310021", "number"),
        ("enterprise", "某公司", PERSON, "number"),
        ("individual", "张", PERSON, "legal_name"),
        ("person", "张三", PERSON, "kind"),
    ],
)
def test_what_cannot_be_a_subject_never_reaches_the_register(
    person: User, now: datetime, kind: str, name: str, number: str, field: str
) -> None:
    before = trail(person)

    with pytest.raises(InvalidInput) as refused:
        identity_verify(user=person, kind=kind, legal_name=name, number=number, actor=Actor.of(person), now=now)

    assert (refused.value.field, refused.value.clauses) == (field, ("9(2)",))
    assert not IdentityVerification.objects.exists()
    assert trail(person) == before
    assert not OutboxMessage.objects.exists()
    assert not Message.objects.exists()


def test_one_verification_is_in_force(person: User, other: User, now: datetime) -> None:
    def verify(actor: User) -> IdentityVerification:
        return identity_verify(
            user=person, kind="individual", legal_name="张三", number=PERSON, actor=Actor.of(actor), now=now
        )

    with pytest.raises(NotPermitted):
        verify(other)
    first = verify(person)
    with pytest.raises(NotAllowed):
        verify(person)
    assert list(IdentityVerification.objects.all()) == [first]

    with pytest.raises(NotPermitted):
        identity_revoke(verification=first, reason="x", actor=Actor.of(person), now=now)
    identity_revoke(verification=first, reason="证件已注销", actor=SYSTEM, now=now)
    assert selectors.identity_of(person) is None
    assert verify(person).state == "verified"


def test_a_register_that_is_down_is_asked_again(person: User, now: datetime, deliver, settings) -> None:
    pending = identity_verify(
        user=person, kind="individual", legal_name="登记系统维护", number=PERSON, actor=Actor.of(person), now=now
    )
    assert pending.state == "pending"

    deliver(now + timedelta(seconds=30))
    assert IdentityVerification.objects.get().state == "pending"
    assert OutboxMessage.objects.get(topic="accounts.identity_check").attempts == 1

    settings.REAL_NAME_REGISTER = "tests.accounts.test_services.Agreeing"
    deliver(now + timedelta(minutes=5))
    deliver(now + timedelta(minutes=6))
    settled = IdentityVerification.objects.get()
    assert (settled.state, settled.register) == ("verified", "agreeing")
    assert trail(person).count("identity_settle") == 1

    assert identity_check(verification_id=settled.pk, now=now).state == "verified"
    assert trail(person).count("identity_settle") == 1


class Agreeing:
    """A register that knows everybody."""

    name = "agreeing"

    def check(self, *, kind: str, legal_name: str, number: str):
        from accounts.registers import Answer

        return Answer(True, "match")


def test_who_is_blocked_does_not_come_back(person: User, other: User, operator: User, now: datetime) -> None:
    identity_verify(user=person, kind="individual", legal_name="张三", number=PERSON, actor=Actor.of(person), now=now)
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)

    account_block(user=person, reason="盗用他人证件", actor=Actor.of(operator), now=now)

    assert not User.objects.get(pk=person.pk).is_active
    assert {block.kind for block in Block.objects.all()} == {"email", "phone", "subject"}
    assert Message.objects.filter(recipient=person, kind="account.closed").count() == 1
    for again in ({"email": "zhang@example.com"}, {"phone": "13800138000"}):
        with pytest.raises(NotAllowed):
            account_create(**again, now=now)
    with pytest.raises(NotAllowed):
        identity_verify(user=other, kind="individual", legal_name="张三", number=PERSON, actor=Actor.of(other), now=now)
    with pytest.raises(NotAllowed):
        account_reactivate(user=person, reason="误", actor=Actor.of(operator), now=now)
    assert User.objects.count() == 3
    assert selectors.identity_of(other) is None

    account_unblock(user=person, reason="查明并非本人", actor=Actor.of(operator), now=now)
    account_reactivate(user=person, reason="查明并非本人", actor=Actor.of(operator), now=now)
    assert User.objects.get(pk=person.pk).is_active
    assert not selectors.is_blocked("email", "zhang@example.com")


def test_closing_needs_an_operator_a_reason_and_somebody_else(person: User, operator: User, now: datetime) -> None:
    cases = [
        (person, Actor.of(person), "为何", NotPermitted),
        (person, Actor.of(operator), "  ", InvalidInput),
        (operator, Actor.of(operator), "自己", NotAllowed),
    ]
    for user, actor, reason, error in cases:
        with pytest.raises(error):
            account_deactivate(user=user, reason=reason, actor=actor, now=now)
        with pytest.raises(error):
            account_block(user=user, reason=reason, actor=actor, now=now)

    assert User.objects.filter(is_active=True).count() == 2
    assert not Block.objects.exists()
    assert not AuditRecord.objects.filter(act__in=["account_deactivate", "account_block"]).exists()
    assert not Message.objects.exists()


def test_operators_find_accounts_by_what_they_know(person: User, other: User, now: datetime) -> None:
    identity_verify(user=person, kind="individual", legal_name="张三", number=PERSON, actor=Actor.of(person), now=now)
    phone_set(user=other, phone="13800138000", verified=True, actor=Actor.of(other), now=now)

    def found(term: str) -> list[User]:
        return list(User.objects.filter(selectors.users_found(term)).order_by("pk"))

    assert found(PERSON.lower()) == [person]
    assert found("138 0013 8000") == [other]
    assert found("Li@Example.com") == [other]
    assert found("张") == [person]
    assert found("11010519491231") == []


def test_the_demos_operators_are_made_once(now: datetime) -> None:
    first = demo_operators_create(now=now)
    second = demo_operators_create(now=now)

    assert {name: user.pk for name, user in first.items()} == {name: user.pk for name, user in second.items()}
    assert second["finance"].has_role("finance")
    assert {role for user in second.values() for role in user.roles} == {
        "marketplace_operations",
        "finance",
        "arbitration",
        "rulebook",
        "audit",
    }


def test_appointing_is_the_operators_business(person: User, now: datetime) -> None:
    with pytest.raises(NotPermitted):
        operator_appoint(user=person, roles=["finance"], actor=Actor.of(person), now=now)

    assert not User.objects.get(pk=person.pk).is_staff
