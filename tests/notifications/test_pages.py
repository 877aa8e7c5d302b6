"""Messages, preferences and the mailbox, as pages and as REST."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import token_create
from core.acts import Actor, act
from notifications.mailbox import MailboxSms
from notifications.models import CaughtMail, Message
from notifications.services import notify

pytestmark = pytest.mark.django_db


@act
def tell(*, recipient: User, now: datetime, kind: str = "test.measure", link: str = "/orders/") -> Message:
    return notify(recipient=recipient, kind=kind, subject="order:1", context={}, now=now, link=link)


def titles(page) -> list[int]:
    return [message.pk for message in page.context["page"].items]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_list_says_what_is_new(
    signed_in: Callable[[User], Client], person: User, other: User, now: datetime, language: str
) -> None:
    client = signed_in(person)
    headers = {"accept-language": language}
    assert client.get("/messages/", headers=headers).status_code == 200
    first, second = tell(recipient=person, now=now), tell(recipient=person, now=now)
    tell(recipient=other, now=now)

    page = client.get("/messages/", headers=headers)
    assert titles(page) == [second.pk, first.pk]
    assert ("A measure" if language == "en" else "处理措施") in page.content.decode()

    client.get(f"/messages/{first.pk}/", headers=headers)
    assert titles(client.get("/messages/?show=unread", headers=headers)) == [second.pk]
    assert titles(client.get("/messages/?group=orders", headers=headers)) == []
    assert titles(client.get("/messages/?q=measure&group=disputes", headers=headers)) == [second.pk, first.pk]


def test_pages_of_twenty(signed_in: Callable[[User], Client], person: User, now: datetime) -> None:
    client = signed_in(person)
    made = [tell(recipient=person, now=now).pk for _n in range(25)]
    first = client.get("/messages/")
    following = client.get("/messages/", {"cursor": first.context["page"].next_cursor})

    assert titles(first) + titles(following) == made[::-1]
    assert client.get("/messages/", {"cursor": "nonsense"}).status_code == 400


@pytest.mark.parametrize("path", ["/messages/", "/messages/?show=unread", "/announcements/", "/mailbox/"])
def test_lists_ask_the_same_number_of_questions(
    signed_in: Callable[[User], Client], person: User, now: datetime, deliver, path: str
) -> None:
    client = signed_in(person)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    tell(recipient=person, now=now)
    deliver(now)
    queries()
    few = queries()
    for _n in range(12):
        tell(recipient=person, now=now)
    deliver(now)

    assert queries() == few


def test_opening_a_message_is_reading_it(signed_in: Callable[[User], Client], person: User, now: datetime) -> None:
    client = signed_in(person)
    message = tell(recipient=person, now=now)

    page = client.get(f"/messages/{message.pk}/")

    assert 'href="/orders/"' in page.content.decode()
    assert Message.objects.get().read_at is not None


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_messages_link_nowhere_else(
    signed_in: Callable[[User], Client], person: User, now: datetime, link: str
) -> None:
    message = tell(recipient=person, now=now, link=link)

    assert link not in signed_in(person).get(f"/messages/{message.pk}/").content.decode()


def test_somebody_elses_message_is_not_found(
    signed_in: Callable[[User], Client], person: User, other: User, now: datetime
) -> None:
    theirs = tell(recipient=other, now=now)
    client = signed_in(person)

    assert client.get(f"/messages/{theirs.pk}/").status_code == 404
    assert client.put(f"/api/v1/notifications/messages/{theirs.pk}/read/").status_code in {403, 404}
    assert Message.objects.get().read_at is None


def test_everything_read_at_once(signed_in: Callable[[User], Client], person: User, other: User, now: datetime) -> None:
    tell(recipient=person, now=now)
    tell(recipient=person, now=now)
    tell(recipient=other, now=now)
    client = signed_in(person)
    assert client.get("/messages/read/").status_code == 405

    assert client.post("/messages/read/").status_code == 302

    assert Message.objects.filter(read_at__isnull=False).count() == 2


def test_choosing_what_comes_by_mail(signed_in: Callable[[User], Client], person: User, operator: User) -> None:
    client = signed_in(person)
    page = client.get("/messages/preferences/")
    assert all(chosen for _name, _title, chosen, _free in page.context["choices"])
    assert "work" not in {name for name, *_rest in page.context["choices"]}

    client.post("/messages/preferences/", {"groups": ["money", "gossip"]})

    free = {
        name: chosen for name, _title, chosen, free in client.get("/messages/preferences/").context["choices"] if free
    }
    assert [name for name, chosen in free.items() if chosen] == ["money"]
    client.force_login(operator)
    assert "work" in {name for name, *_rest in client.get("/messages/preferences/").context["choices"]}


def test_messages_by_rest(client: Client, person: User, other: User, clock, now: datetime) -> None:
    first, second = tell(recipient=person, now=now), tell(recipient=person, now=now)
    theirs = tell(recipient=other, now=now)
    _token, text = token_create(
        user=person,
        name="x",
        scopes=["messages:read", "messages:write"],
        expires_at=now + timedelta(days=1),
        actor=Actor.of(person),
        now=now,
    )
    headers = {"authorization": f"Bearer {text}", "accept-language": "en"}
    base = "/api/v1/notifications/messages/"

    found = client.get(base, headers=headers).json()
    assert [row["id"] for row in found["results"]] == [second.pk, first.pk]
    assert (found["unread"], found["next"], found["results"][0]["title"]) == (2, None, "A measure")
    read = client.put(f"{base}{first.pk}/read/", headers=headers)
    assert read.json()["read_at"] == now.isoformat()
    assert client.put(f"{base}{theirs.pk}/read/", headers=headers).status_code == 404
    assert [row["id"] for row in client.get(f"{base}?unread=1", headers=headers).json()["results"]] == [second.pk]
    assert client.get(f"{base}?cursor=x", headers=headers).status_code == 400


def catch() -> CaughtMail:
    mail = EmailMultiAlternatives("主题", "正文", "noreply@market.example", ["a@example.com"], bcc=["b@example.com"])
    mail.attach_alternative("<p>正文<script>x</script></p>", "text/html")
    mail.send()
    return CaughtMail.objects.get(recipient="a@example.com")


def test_the_mailbox_keeps_what_would_leave(client: Client, db: None) -> None:
    assert client.get("/mailbox/").status_code == 200
    mail = catch()
    MailboxSms().send(phone="+8613800138000", text="您的验证码是 123456")

    assert {row.recipient for row in CaughtMail.objects.all()} == {"a@example.com", "b@example.com", "+8613800138000"}
    page = client.get("/mailbox/").content.decode()
    assert "主题" in page
    assert "123456" in page
    assert [row.pk for row in client.get("/mailbox/?q=a@example").context["page"].items] == [mail.pk]
    assert "正文" in client.get(f"/mailbox/{mail.pk}/").content.decode()
    html = client.get(f"/mailbox/{mail.pk}/html/")
    assert html.headers["Content-Security-Policy"].startswith("sandbox;")
    assert client.get(f"/mailbox/{mail.pk + 99}/").status_code == 404


def test_there_is_no_mailbox_in_production(client: Client, db: None, settings) -> None:
    mail = catch()
    settings.MAILBOX = False

    for path in ("/mailbox/", f"/mailbox/{mail.pk}/", f"/mailbox/{mail.pk}/html/"):
        assert client.get(path).status_code == 404
