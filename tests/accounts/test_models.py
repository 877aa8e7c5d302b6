"""What the database itself refuses, whatever goes round the acts."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.models import ApiToken, IdentityVerification, User
from accounts.services import identity_verify
from core.acts import Actor

pytestmark = pytest.mark.django_db
COMPANY = "91350100M000100Y43"


def test_an_account_is_reached_somehow() -> None:
    with pytest.raises(IntegrityError, match="account_reachable"):
        User.objects.create(display_name="nobody")


def test_an_empty_address_is_none() -> None:
    first = User.objects.create_user(phone="13800138000")
    second = User.objects.create_user(phone="13800138001")
    User.objects.filter(pk=first.pk).update(email="")
    User.objects.filter(pk=second.pk).update(email="")

    assert list(User.objects.values_list("email", flat=True)) == [None, None]


def test_a_number_is_kept_in_e164() -> None:
    with pytest.raises(IntegrityError, match="account_phone_e164"), transaction.atomic():
        User.objects.create(phone="13800138000", display_name="x")

    User.objects.create_user(phone="13800138000")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(phone="138 0013 8000")


def test_names_and_numbers_are_encrypted_where_stored(person: User, now: datetime) -> None:
    identity_verify(
        user=person,
        kind="enterprise",
        legal_name="杭州云上科技有限公司",
        number=COMPANY,
        actor=Actor.of(person),
        now=now,
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_identityverification t")
        stored = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT t::text FROM regulation_auditrecord t")
        trail = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT t::text FROM core_outboxmessage t")
        queued = "".join(row[0] for row in cursor.fetchall())

    assert stored
    assert "杭州云上科技" not in stored
    assert COMPANY not in stored + trail + queued
    assert IdentityVerification.objects.get().number == COMPANY


def test_states_and_questions_do_not_change_behind_the_acts(person: User, now: datetime) -> None:
    found = identity_verify(
        user=person, kind="enterprise", legal_name="查无此人", number=COMPANY, actor=Actor.of(person), now=now
    )
    rows = IdentityVerification.objects.filter(pk=found.pk)

    with pytest.raises(InternalError), transaction.atomic():
        rows.update(state="verified")
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(subject_index="another")
    with pytest.raises(InternalError), transaction.atomic():
        rows.delete()

    assert rows.get().state == "refused"


def test_a_token_ends_after_it_begins(person: User, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="token_expires_after_creation"):
        ApiToken.objects.create(
            user=person, name="x", prefix="p", digest="d", scopes=["a"], created_at=now, expires_at=now
        )


def test_a_token_may_end_a_moment_later(person: User, now: datetime) -> None:
    ApiToken.objects.create(
        user=person,
        name="x",
        prefix="p",
        digest="d",
        scopes=["a"],
        created_at=now,
        expires_at=now + timedelta(microseconds=1),
    )
