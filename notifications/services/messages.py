"""Telling people: the message is written with its cause, mail and text messages follow after the commit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.acts import Actor, act, require_transaction
from core.errors import InvalidInput, NotPermitted
from core.outbox import outbox_put_many
from notifications import kinds
from notifications.kinds import Kind
from notifications.models import MailPreference, Message
from notifications.types import LANGUAGES

TITLE_LENGTH = 200


def notify(
    *,
    recipient: User,
    kind: str,
    subject: str,
    context: Mapping[str, Any],
    now: datetime,
    link: str = "",
) -> Message:
    """Tell one person, in the act's transaction; mail and text message are queued with it.

    `subject` is what it is about, such as `order:O260302-7K3QF9-8`; `link` a path of this site. The words are filled in
    now, in both languages, and kept. Raises KeyError for an unknown kind or a field that the context lacks,
    OutsideTransaction without a transaction.
    """
    return notify_many(recipients=[recipient], kind=kind, subject=subject, context=context, now=now, link=link)[0]


def notify_many(
    *,
    recipients: Iterable[User],
    kind: str,
    subject: str,
    context: Mapping[str, Any],
    now: datetime,
    link: str = "",
) -> list[Message]:
    """Tell several people the same, each once, in a fixed number of statements."""
    require_transaction()
    found = kinds.get(kind)
    title = {code: kinds.fill(found.title[code], context, code)[:TITLE_LENGTH] for code in LANGUAGES}
    body = {code: kinds.fill(found.body[code], context, code) for code in LANGUAGES}
    people = list({person.pk: person for person in recipients}.values())
    messages = Message.objects.bulk_create(
        [
            Message(
                recipient=person,
                kind=found.name,
                group=found.group,
                subject=subject,
                link=link,
                title_zh=title["zh-hans"],
                title_en=title["en"],
                body_zh=body["zh-hans"],
                body_en=body["en"],
                created_at=now,
            )
            for person in people
        ]
    )
    queue_deliveries(messages=messages, people=people, kind=found, now=now)
    return messages


def queue_deliveries(*, messages: list[Message], people: list[User], kind: Kind, now: datetime) -> None:
    """Queue the mail of whoever wants it, and text messages of a kind that has them to whoever has no mail."""
    unwanted: set[int] = set()
    if not kind.mandatory:
        unwanted = set(
            MailPreference.objects.filter(
                Q(user__in=[person.pk for person in people]), group=kind.group, by_mail=False
            ).values_list("user_id", flat=True)
        )
    mails, texts = [], []
    for message, person in zip(messages, people, strict=True):
        if person.email:
            if person.pk not in unwanted:
                mails.append((f"mail:{message.pk}", {"message": message.pk}))
        elif kind.sms and person.phone:
            texts.append((f"sms:{message.pk}", {"message": message.pk}))
    if mails:
        outbox_put_many(topic="notifications.mail", messages=mails, now=now)
    if texts:
        outbox_put_many(topic="notifications.sms", messages=texts, now=now)


@act
def message_read(*, message: Message, actor: Actor, now: datetime) -> None:
    """Note that the recipient has read it. Raises NotPermitted for anybody else."""
    if actor.id != message.recipient_id:
        raise NotPermitted(_("This message is somebody else's."))
    if Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=now):
        message.read_at = now


@act
def messages_read_all(*, user: User, actor: Actor, now: datetime) -> int:
    """Note that somebody has read everything. Returns how many were unread."""
    if actor.id != user.pk:
        raise NotPermitted(_("These messages are somebody else's."))
    return Message.objects.filter(recipient=user, read_at__isnull=True).update(read_at=now)


@act
def mail_preferences_set(*, user: User, groups_by_mail: Iterable[str], actor: Actor, now: datetime) -> None:
    """Choose which groups of messages also come by mail; what is mandatory comes all the same.

    Raises InvalidInput for an unknown group.
    """
    if actor.id != user.pk:
        raise NotPermitted(_("Only the owner of the account may do this."))
    wanted = set(groups_by_mail)
    if not wanted <= set(kinds.GROUPS):
        raise InvalidInput(_("Choose among the groups offered."), field="groups")
    MailPreference.objects.bulk_create(
        [MailPreference(user=user, group=group, by_mail=group in wanted) for group in kinds.GROUPS],
        update_conflicts=True,
        unique_fields=["user", "group"],
        update_fields=["by_mail"],
    )


@act
def mailed_mark(*, message_id: int, now: datetime) -> None:
    """Note that the mail was handed over, so that a delivery tried twice sends it once."""
    Message.objects.filter(pk=message_id).update(mailed_at=now)


@act
def texted_mark(*, message_id: int, now: datetime) -> None:
    """Note that the text message was handed over."""
    Message.objects.filter(pk=message_id).update(texted_at=now)
