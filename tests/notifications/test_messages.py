"""Telling people: with its cause, in their language, once, and by the ways they want."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.acts import Actor, OutsideTransaction, act
from core.errors import InvalidInput, NotPermitted
from core.models import OutboxMessage
from notifications import deliveries, selectors
from notifications.models import CaughtMail, Message
from notifications.services import (
    mail_preferences_set,
    message_read,
    messages_read_all,
    notify,
    notify_many,
)

pytestmark = pytest.mark.django_db
SUBJECT = "order:O260302-7K3QF9-8"


def paid(now: datetime) -> dict[str, Any]:
    return {
        "kind": "test.paid",
        "subject": SUBJECT,
        "context": {
            "number": "O260302-7K3QF9-8",
            "amount": Decimal(1200),
            "at": now,
            "product": {"zh-hans": "云主机", "en": "Cloud host"},
        },
        "now": now,
        "link": "/orders/O260302-7K3QF9-8/",
    }


@transaction.atomic
def tell(*, recipient: User, now: datetime, **changes: Any) -> Message:
    return notify(recipient=recipient, **{**paid(now), **changes})


def test_words_are_kept_in_both_languages(person: User, now: datetime) -> None:
    message = Message.objects.get(pk=tell(recipient=person, now=now).pk)

    assert message.title_in("zh-hans") == "订单 O260302-7K3QF9-8 已付款"
    assert message.body_in("zh-hans") == "¥1,200.00，2026-03-02 10:00，云主机"
    assert message.title_in("en") == "Order O260302-7K3QF9-8 is paid"
    assert message.body_in("en") == "¥1,200.00, 2026-03-02 10:00, Cloud host"
    assert (message.group, message.read_at, message.created_at) == ("orders", None, now)
    assert list(selectors.messages_about(SUBJECT)) == [message]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_without_its_cause(person: User, now: datetime) -> None:
    with pytest.raises(OutsideTransaction):
        notify(recipient=person, **paid(now))

    @act
    def fails() -> None:
        notify(recipient=person, **paid(now))
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        fails()

    assert not Message.objects.exists()
    assert not OutboxMessage.objects.filter(topic="notifications.mail").exists()


@pytest.mark.parametrize("changes", [{"kind": "test.unknown"}, {"context": {"number": "1"}}])
def test_a_message_without_its_words_is_an_error(person: User, now: datetime, changes: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        tell(recipient=person, now=now, **changes)

    assert not Message.objects.exists()


def test_mail_follows_in_the_readers_language(person: User, other: User, now: datetime, deliver) -> None:
    tell(recipient=person, now=now)
    tell(recipient=other, now=now)
    assert not CaughtMail.objects.exists()

    deliver(now)

    mails = {mail.recipient: mail for mail in CaughtMail.objects.all()}
    chinese, english = mails["zhang@example.com"], mails["li@example.com"]
    assert chinese.title == "订单 O260302-7K3QF9-8 已付款 · 云市场"
    assert "张三，您好：" in chinese.text
    assert "/orders/O260302-7K3QF9-8/" in chinese.text
    assert english.title == "Order O260302-7K3QF9-8 is paid · Cloud Marketplace"
    assert "Dear Li," in english.text
    assert "¥1,200.00" in english.html
    assert Message.objects.filter(mailed_at=now).count() == 2


def test_words_of_people_are_escaped_in_mail(person: User, now: datetime, deliver) -> None:
    tell(recipient=person, now=now, context={**paid(now)["context"], "product": "<script>x</script>"})
    deliver(now)

    mail = CaughtMail.objects.get()
    assert "<script>" not in mail.html
    assert "<script>x</script>" in mail.text


def test_a_mail_delivered_twice_is_sent_once(person: User, now: datetime) -> None:
    message = tell(recipient=person, now=now)

    deliveries.mail_deliver({"message": message.pk}, now)
    deliveries.mail_deliver({"message": message.pk}, now)

    assert CaughtMail.objects.count() == 1


def test_mail_that_is_down_is_tried_again(person: User, now: datetime, deliver, settings) -> None:
    tell(recipient=person, now=now)
    settings.EMAIL_BACKEND = "tests.accounts.test_sign_in.Down"
    deliver(now)
    assert Message.objects.get().mailed_at is None

    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    deliver(now + timedelta(minutes=1))

    assert CaughtMail.objects.count() == 1


def test_preferences_keep_a_group_out_of_the_mail(person: User, now: datetime, deliver) -> None:
    mail_preferences_set(user=person, groups_by_mail=["money"], actor=Actor.of(person), now=now)
    tell(recipient=person, now=now)
    tell(recipient=person, now=now, kind="test.measure", context={})
    deliver(now)

    assert [mail.title for mail in CaughtMail.objects.all()] == ["处理措施 · 云市场"]
    assert Message.objects.count() == 2

    mail_preferences_set(user=person, groups_by_mail=["orders"], actor=Actor.of(person), now=now)
    tell(recipient=person, now=now)
    deliver(now)
    assert CaughtMail.objects.count() == 2


def test_preferences_are_ones_own(person: User, other: User, now: datetime) -> None:
    with pytest.raises(NotPermitted):
        mail_preferences_set(user=person, groups_by_mail=[], actor=Actor.of(other), now=now)
    with pytest.raises(InvalidInput):
        mail_preferences_set(user=person, groups_by_mail=["gossip"], actor=Actor.of(person), now=now)

    assert not person.mail_preferences.exists()


def test_who_has_no_address_is_texted_what_matters(phoner: User, now: datetime, deliver) -> None:
    tell(recipient=phoner, now=now)
    tell(recipient=phoner, now=now, kind="test.measure", context={})
    deliver(now)

    text = CaughtMail.objects.get()
    assert (text.way, text.recipient, text.text) == ("sms", "+8613800138000", "【云市场】处理措施")
    deliveries.sms_deliver({"message": Message.objects.get(kind="test.measure").pk}, now)
    assert CaughtMail.objects.count() == 1


def test_several_people_in_as_many_statements_as_two(person: User, other: User, phoner: User, now: datetime) -> None:
    @act
    def tell_all(*, people: list[User]) -> list[Message]:
        return notify_many(recipients=people, **paid(now))

    with CaptureQueriesContext(connection) as two:
        tell_all(people=[person, other])
    with CaptureQueriesContext(connection) as four:
        told = tell_all(people=[person, other, phoner, person])

    assert len(four) == len(two)
    assert [message.recipient for message in told] == [person, other, phoner]


def test_only_the_recipient_reads(person: User, other: User, now: datetime) -> None:
    message = tell(recipient=person, now=now)
    with pytest.raises(NotPermitted):
        message_read(message=message, actor=Actor.of(other), now=now)
    with pytest.raises(NotPermitted):
        messages_read_all(user=person, actor=Actor.of(other), now=now)
    assert selectors.unread_count(person) == 1

    message_read(message=message, actor=Actor.of(person), now=now)
    message_read(message=message, actor=Actor.of(person), now=now + timedelta(days=1))

    assert Message.objects.get().read_at == now
    assert selectors.unread_count(person) == 0


def test_the_badge_stops_counting(person: User, now: datetime) -> None:
    Message.objects.bulk_create(
        [
            Message(recipient=person, kind="k", group="orders", title_zh="t", title_en="t", created_at=now)
            for _n in range(120)
        ]
    )
    with CaptureQueriesContext(connection) as captured:
        assert selectors.unread_count(person) == 100

    assert len(captured) == 1
    assert messages_read_all(user=person, actor=Actor.of(person), now=now) == 120
    assert selectors.unread_count(person) == 0


def test_what_was_said_stays_said(person: User, now: datetime) -> None:
    rows = Message.objects.filter(pk=tell(recipient=person, now=now).pk)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        rows.update(body_zh="另一种说法")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        rows.delete()

    assert rows.get().body_zh.startswith("¥1,200.00")
