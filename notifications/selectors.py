"""Reads of messages and announcements."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import NotFound
from notifications import kinds
from notifications.models import Announcement, CaughtMail, MailPreference, Message
from notifications.types import AnnouncementState, Subject

BADGE_CAP = 99
NAMES_CACHE = "platform-names"
NAMES_CACHED = int(timedelta(minutes=10).total_seconds())


class MessageNotFound(NotFound):
    """There is no such message, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such message."))


class AnnouncementNotFound(NotFound):
    """There is no such announcement in force."""

    def __init__(self) -> None:
        super().__init__(_("There is no such announcement."))


class MailNotFound(NotFound):
    """There is no such mail in the mailbox."""

    def __init__(self) -> None:
        super().__init__(_("There is no such mail."))


def messages_of(user: User) -> QuerySet[Message]:
    """Somebody's messages."""
    return Message.objects.filter(recipient=user)


def messages_found(user: User, *, only_unread: bool, group: str, q: str) -> QuerySet[Message]:
    """Somebody's messages as a list asks for them; empty values ask for everything."""
    rows = unread_of(user) if only_unread else messages_of(user)
    if group:
        rows = rows.filter(group=group)
    if q:
        rows = rows.filter(Q(title_zh__icontains=q) | Q(title_en__icontains=q) | Q(subject__iendswith=q))
    return rows


def unread_of(user: User) -> QuerySet[Message]:
    """Somebody's messages that they have not read."""
    return Message.objects.filter(recipient=user, read_at__isnull=True)


def unread_count(user: User) -> int:
    """How many messages somebody has not read, counted no further than 100 (shown as 99+). One indexed query."""
    return unread_of(user).order_by()[: BADGE_CAP + 1].count()


def message_for(user: User, pk: int) -> Message:
    """One of somebody's own messages. Raises MessageNotFound for anybody else's."""
    message = Message.objects.filter(recipient=user, pk=pk).first()
    if message is None:
        raise MessageNotFound
    return message


def message_to_deliver(pk: int) -> Message:
    """A message with its recipient, for the outbox."""
    return Message.objects.select_related("recipient").get(pk=pk)


def messages_about(subject: str) -> QuerySet[Message]:
    """What was told to anybody about one thing, such as `order:O260302-7K3QF9-8`."""
    return Message.objects.filter(subject=subject).select_related("recipient").order_by("pk")


def mail_choices(user: User) -> list[tuple[str, Any, bool, bool]]:
    """Each group of messages: its name, its title, whether it comes by mail, and whether there is a choice."""
    off = set(MailPreference.objects.filter(user=user, by_mail=False).values_list("group", flat=True))
    fixed = kinds.mandatory_groups()
    return [
        (group, title, group in fixed or group not in off, group not in fixed)
        for group, title in kinds.GROUPS.items()
        if group != "work" or user.is_operator
    ]


def announcements_published() -> QuerySet[Announcement]:
    """What the platform has announced to everybody."""
    return Announcement.objects.filter(state=AnnouncementState.PUBLISHED, audience="everybody")


def announcement_for(user: User | None, pk: int) -> Announcement:
    """A published announcement that this reader may see. Raises AnnouncementNotFound."""
    found = Announcement.objects.filter(pk=pk, state=AnnouncementState.PUBLISHED).first()
    if found is None:
        raise AnnouncementNotFound
    if found.audience != "everybody" and (user is None or not found.receipts.filter(recipient=user).exists()):
        raise AnnouncementNotFound
    return found


def platform_name_at(now: datetime) -> dict[str, str]:
    """What the platform calls itself at a moment, in both languages (§4).

    The name of the settings, until an announced change takes effect: at its moment, and not before everybody was told.
    """
    changes = cache.get(NAMES_CACHE)
    if changes is None:
        changes = list(
            Announcement.objects.filter(
                about=Subject.NAME, state=AnnouncementState.PUBLISHED, told_everybody_at__isnull=False
            )
            .order_by("effective_at", "pk")
            .values_list("effective_at", "told_everybody_at", "new_name_zh", "new_name_en")
        )
        cache.set(NAMES_CACHE, changes, NAMES_CACHED)
    name: dict[str, str] = dict(settings.SITE_NAME)
    for effective_at, told_at, zh, en in changes:
        if effective_at <= now and told_at <= now:
            name = {"zh-hans": zh, "en": en}
    return name


def mailbox_found(q: str) -> QuerySet[CaughtMail]:
    """What the development mailbox caught, to an address or under a subject that holds `q`."""
    rows = CaughtMail.objects.all()
    return rows.filter(Q(recipient__icontains=q) | Q(title__icontains=q)) if q else rows


def caught_mail(pk: int) -> CaughtMail:
    """One caught mail. Raises MailNotFound."""
    found = CaughtMail.objects.filter(pk=pk).first()
    if found is None:
        raise MailNotFound
    return found


def opted_out(user_ids: Iterable[int], group: str) -> set[int]:
    """Who of these does not want messages of a group by mail."""
    rows = MailPreference.objects.filter(user__in=list(user_ids), group=group, by_mail=False)
    return set(rows.values_list("user_id", flat=True))
