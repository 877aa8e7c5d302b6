"""Announcements (clause 4): before the change, to everybody, with a receipt for each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import account_create, account_deactivate
from core.acts import SYSTEM, Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.models import OutboxMessage
from notifications import audiences, selectors
from notifications.models import Announcement, AnnouncementReceipt, CaughtMail, Message
from notifications.services import (
    announcement_edit,
    announcement_publish,
    announcement_tell,
    announcement_withdraw,
    announcement_write,
    mail_preferences_set,
)
from notifications.services import announcements as module
from regulation.models import AuditRecord

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4")]
OLD = {"zh-hans": "云市场", "en": "Cloud Marketplace"}
NEW = {"zh-hans": "云集市", "en": "Cloud Bazaar"}


@pytest.fixture
def write(operator: User, now: datetime) -> Callable[..., Announcement]:
    def make(**changes: Any) -> Announcement:
        given: dict[str, Any] = {
            "author": operator,
            "about": "name",
            "title": {"zh-hans": "更名公告", "en": "A new name"},
            "body": {"zh-hans": "平台将更名。", "en": "The platform gets a new name."},
            "effective_at": now + timedelta(days=7),
            "new_name": NEW,
            "actor": Actor.of(operator),
            "now": now,
        }
        given |= changes
        if given["about"] != "name" and "new_name" not in changes:
            given["new_name"] = None
        return announcement_write(**given)

    return make


def test_a_new_name_goes_live_once_everybody_was_told(
    write: Callable[..., Announcement], operator: User, person: User, other: User, now: datetime, deliver
) -> None:
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    due = announcement.effective_at
    assert selectors.platform_name_at(due) == OLD  # nobody was told yet

    deliver(now)

    told = Announcement.objects.get()
    assert told.told_everybody_at == now
    assert {receipt.recipient for receipt in told.receipts.all()} == {operator, person, other}
    assert {mail.recipient for mail in CaughtMail.objects.all()} == {
        "ops@example.com",
        "zhang@example.com",
        "li@example.com",
    }
    module._forget_names()
    from django.core.cache import cache

    cache.clear()
    assert selectors.platform_name_at(due - timedelta(microseconds=1)) == OLD
    assert selectors.platform_name_at(due) == NEW


def test_who_is_told_late_delays_the_change(
    write: Callable[..., Announcement], operator: User, person: User, now: datetime, deliver
) -> None:
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    late = announcement.effective_at + timedelta(hours=3)
    deliver(late)

    assert selectors.platform_name_at(late - timedelta(microseconds=1)) == OLD
    assert selectors.platform_name_at(late) == NEW


def test_the_name_is_cached(write: Callable[..., Announcement], now: datetime) -> None:
    selectors.platform_name_at(now)
    with CaptureQueriesContext(connection) as captured:
        selectors.platform_name_at(now)

    assert len(captured) == 0


@pytest.mark.django_db(transaction=True)
def test_publishing_and_telling_refresh_the_name(
    write: Callable[..., Announcement], operator: User, now: datetime, deliver
) -> None:
    announcement = write()
    due = announcement.effective_at
    assert selectors.platform_name_at(due) == OLD
    announcement_publish(announcement=announcement, actor=Actor.of(operator), now=now)
    deliver(now)

    assert selectors.platform_name_at(due) == NEW


@pytest.mark.parametrize("about", ["name", "address", "look"])
@pytest.mark.parametrize(("ahead", "allowed"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_changes_are_announced_before_they_go_live(
    write: Callable[..., Announcement], operator: User, now: datetime, about: str, ahead: timedelta, allowed: bool
) -> None:
    draft = write(about=about, effective_at=now + ahead)
    if allowed:
        announcement_publish(announcement=draft, actor=Actor.of(operator), now=now)
    else:
        with pytest.raises(NotAllowed) as refused:
            announcement_publish(announcement=draft, actor=Actor.of(operator), now=now)
        assert refused.value.clauses == ("4",)

    assert (Announcement.objects.get().state == "published") is allowed
    assert OutboxMessage.objects.filter(topic="notifications.announcement").exists() is allowed
    assert AuditRecord.objects.filter(act="announcement_publish").exists() is allowed


def test_the_database_refuses_a_change_announced_afterwards(write: Callable[..., Announcement], now: datetime) -> None:
    draft = write(effective_at=now)
    with pytest.raises(IntegrityError, match="announcement_before_change"):
        Announcement.objects.filter(pk=draft.pk).update(state="published", published_at=now)


def test_news_of_the_service_may_take_effect_at_once(
    write: Callable[..., Announcement], operator: User, now: datetime
) -> None:
    announcement_publish(announcement=write(about="service", effective_at=now), actor=Actor.of(operator), now=now)

    assert Announcement.objects.get().state == "published"


def test_batches_go_on_where_they_stopped_and_tell_nobody_twice(
    write: Callable[..., Announcement],
    operator: User,
    person: User,
    other: User,
    now: datetime,
    deliver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    account_create(email="a@example.com", now=now)
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)

    assert announcement_tell(announcement_id=announcement.pk, after=0, now=now) == 2
    assert announcement_tell(announcement_id=announcement.pk, after=0, now=now) == 0
    assert Announcement.objects.get().told_everybody_at is None
    deliver(now)

    assert Announcement.objects.get().told_everybody_at == now
    assert AnnouncementReceipt.objects.count() == User.objects.count() == 4
    assert Message.objects.count() == 4
    batches = OutboxMessage.objects.filter(topic="notifications.announcement")
    assert batches.count() == 3
    assert announcement_tell(announcement_id=announcement.pk, after=0, now=now) == 0


def test_a_batch_takes_as_many_statements_for_two_as_for_twenty(
    write: Callable[..., Announcement], operator: User, now: datetime
) -> None:
    def statements() -> int:
        found = announcement_publish(announcement=write(about="rules"), actor=Actor.of(operator), now=now)
        with CaptureQueriesContext(connection) as captured:
            announcement_tell(announcement_id=found.pk, after=0, now=now)
        return len(captured)

    few = statements()
    for n in range(20):
        account_create(email=f"p{n}@example.com", now=now)

    assert statements() == few


def test_audiences_hold_whom_they_say(
    write: Callable[..., Announcement], operator: User, person: User, now: datetime, deliver
) -> None:
    account_deactivate(user=person, reason="x", actor=SYSTEM, now=now)
    Message.objects.all()
    announcement_publish(announcement=write(about="service", audience="operators"), actor=Actor.of(operator), now=now)
    deliver(now)

    assert [receipt.recipient for receipt in AnnouncementReceipt.objects.all()] == [operator]
    assert person not in audiences.get("everybody").members()


def test_service_news_respects_preferences_and_changes_do_not(
    write: Callable[..., Announcement], operator: User, person: User, now: datetime, deliver
) -> None:
    mail_preferences_set(user=person, groups_by_mail=[], actor=Actor.of(person), now=now)
    announcement_publish(announcement=write(about="service"), actor=Actor.of(operator), now=now)
    deliver(now)
    assert "zhang@example.com" not in {mail.recipient for mail in CaughtMail.objects.all()}

    announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    deliver(now)
    assert CaughtMail.objects.filter(recipient="zhang@example.com").count() == 1
    assert Message.objects.filter(recipient=person).count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"about": "weather"}, "about"),
        ({"audience": "nobody"}, "audience"),
        ({"audience": "operators"}, "audience"),
        ({"title": {"zh-hans": "更名", "en": " "}}, "title_en"),
        ({"body": {"zh-hans": "", "en": "x"}}, "body_zh"),
        ({"new_name": None}, "new_name_zh"),
        ({"new_name": {"zh-hans": "云集市", "en": ""}}, "new_name_en"),
        ({"about": "look", "new_name": NEW}, "new_name_zh"),
    ],
)
def test_half_an_announcement_is_refused(
    write: Callable[..., Announcement], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(**changes)

    assert refused.value.field == field
    assert not Announcement.objects.exists()
    assert not AuditRecord.objects.filter(act="announcement_write").exists()


def test_only_operators_announce(write: Callable[..., Announcement], person: User, now: datetime) -> None:
    draft = write()
    with pytest.raises(NotPermitted):
        write(actor=Actor.of(person))
    with pytest.raises(NotPermitted):
        announcement_publish(announcement=draft, actor=Actor.of(person), now=now)

    assert list(Announcement.objects.values_list("state", flat=True)) == ["draft"]


def test_what_is_published_stays_as_it_is(write: Callable[..., Announcement], operator: User, now: datetime) -> None:
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    with pytest.raises(NotAllowed):
        announcement_edit(
            announcement=announcement,
            about="name",
            title={"zh-hans": "改", "en": "changed"},
            body={"zh-hans": "改", "en": "changed"},
            effective_at=now + timedelta(days=8),
            new_name=NEW,
            actor=Actor.of(operator),
            now=now,
        )
    with pytest.raises(NotAllowed):
        announcement_publish(announcement=announcement, actor=Actor.of(operator), now=now)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Announcement.objects.filter(pk=announcement.pk).update(title_zh="改")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Announcement.objects.filter(pk=announcement.pk).update(state="draft")

    assert Announcement.objects.get().title_zh == "更名公告"


def test_what_is_withdrawn_does_not_happen(
    write: Callable[..., Announcement], operator: User, person: User, now: datetime, deliver
) -> None:
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    with pytest.raises(InvalidInput):
        announcement_withdraw(announcement=announcement, reason=" ", actor=Actor.of(operator), now=now)
    announcement_withdraw(announcement=announcement, reason="暂缓", actor=Actor.of(operator), now=now)
    deliver(now)

    assert not Message.objects.exists()
    assert selectors.platform_name_at(announcement.effective_at) == OLD


def test_a_name_in_use_is_not_withdrawn(
    write: Callable[..., Announcement], operator: User, now: datetime, deliver
) -> None:
    announcement = announcement_publish(announcement=write(), actor=Actor.of(operator), now=now)
    deliver(now)

    with pytest.raises(NotAllowed):
        announcement_withdraw(
            announcement=announcement, reason="反悔", actor=Actor.of(operator), now=announcement.effective_at
        )

    assert Announcement.objects.get().state == "published"


def test_pages_show_what_is_published(
    client: Client, write: Callable[..., Announcement], operator: User, person: User, now: datetime, deliver
) -> None:
    draft = write()
    assert client.get("/announcements/").status_code == 200
    assert client.get(f"/announcements/{draft.pk}/").status_code == 404
    announcement_publish(announcement=draft, actor=Actor.of(operator), now=now)
    inner = announcement_publish(
        announcement=write(about="service", audience="operators"), actor=Actor.of(operator), now=now
    )
    deliver(now)

    assert "更名公告" in client.get("/announcements/").content.decode()
    assert "A new name" in client.get(f"/announcements/{draft.pk}/", headers={"accept-language": "en"}).content.decode()
    assert client.get(f"/announcements/{inner.pk}/").status_code == 404
    client.force_login(person)
    assert client.get(f"/announcements/{inner.pk}/").status_code == 404
    client.force_login(operator)
    assert client.get(f"/announcements/{inner.pk}/").status_code == 200


def form(now: datetime, **changes: str) -> dict[str, str]:
    effective = now + timedelta(days=7)
    return {
        "about": "name",
        "audience": "everybody",
        "by_mail": "on",
        "effective_at_0": effective.strftime("%Y-%m-%d"),
        "effective_at_1": effective.strftime("%H:%M:%S"),
        "title_zh": "更名公告",
        "title_en": "A new name",
        "body_zh": "平台将更名。",
        "body_en": "The platform gets a new name.",
        "new_name_zh": "云集市",
        "new_name_en": "Cloud Bazaar",
        **changes,
    }


def test_operators_announce_at_their_desk(client: Client, operator: User, clock, now: datetime, deliver) -> None:
    client.force_login(operator)
    base = "/admin/notifications/announcement"
    assert client.get(f"{base}/add/").status_code == 200
    refused = client.post(f"{base}/add/", form(now, new_name_en=""))
    assert refused.context["adminform"].form.errors["new_name_en"]
    assert not Announcement.objects.exists()

    assert client.post(f"{base}/add/", form(now)).status_code == 302
    draft = Announcement.objects.get()
    assert (draft.author, draft.effective_at) == (operator, now + timedelta(days=7))
    client.post(f"{base}/{draft.pk}/change/", form(now, title_zh="平台更名公告"))
    assert Announcement.objects.get().title_zh == "平台更名公告"
    assert client.get(f"{base}/{draft.pk}/publish/").status_code == 200
    client.post(f"{base}/{draft.pk}/publish/")
    deliver(now)

    assert Announcement.objects.get().state == "published"
    assert client.get(f"{base}/").status_code == 200
    assert client.get(f"{base}/{draft.pk}/change/").status_code == 200
    assert client.get("/admin/notifications/announcementreceipt/").status_code == 200
    assert client.get("/admin/notifications/message/").status_code == 200
    client.post(f"{base}/{draft.pk}/withdraw/", {"reason": "暂缓"})
    assert Announcement.objects.get().state == "withdrawn"
    trail = AuditRecord.objects.filter(subject=f"announcement:{draft.pk}").order_by("position")
    acts = list(trail.values_list("act", flat=True))
    assert acts == ["announcement_write", "announcement_edit", "announcement_publish", "announcement_withdraw"]
