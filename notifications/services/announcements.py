"""Announcements (§4): written in both languages, told to everybody one by one, with a receipt log.

A change of the platform's name, address or look is announced before it goes live. A new name goes live by itself at its
moment, and only once everybody has been told.
"""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import require_operator
from accounts.types import Role
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.outbox import outbox_put
from notifications import audiences, kinds
from notifications.models import Announcement, AnnouncementReceipt, Message
from notifications.selectors import NAMES_CACHE
from notifications.services.messages import queue_deliveries
from notifications.types import PLATFORM_CHANGES, AnnouncementState, Subject
from regulation.services import audit_record

BATCH = 500
CLAUSE = "4"
# News of the service may be kept out of the mail by preference; what clause 4 or the rules call for may not.
KINDS = {Subject.SERVICE: "announcement.service"}
KIND = "announcement"


class ChangeNotAhead(NotAllowed):
    """The change would be announced only after it went live."""

    code = "change_not_ahead"


def subject_of(announcement: Announcement) -> str:
    """How the trail names an announcement."""
    return f"announcement:{announcement.pk}"


@act
def announcement_write(
    *,
    author: User,
    about: str,
    title: dict[str, str],
    body: dict[str, str],
    effective_at: datetime,
    audience: str = "everybody",
    by_mail: bool = True,
    new_name: dict[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> Announcement:
    """Draft an announcement. `title`, `body` and `new_name` hold `zh-hans` and `en`.

    Raises InvalidInput with the field, NotPermitted for anybody but operators.
    """
    require_operator(actor, Role.OPERATIONS)
    values = announcement_check(about=about, title=title, body=body, audience=audience, new_name=new_name)
    announcement = Announcement.objects.create(
        **values,
        by_mail=by_mail,
        effective_at=effective_at,
        author=author,
        created_at=now,
    )
    _record("announcement_write", announcement, {}, actor, now)
    return announcement


@act
def announcement_edit(
    *,
    announcement: Announcement,
    about: str,
    title: dict[str, str],
    body: dict[str, str],
    effective_at: datetime,
    audience: str = "everybody",
    by_mail: bool = True,
    new_name: dict[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> Announcement:
    """Change a draft. Raises NotAllowed once it is published, and what `announcement_write` raises."""
    require_operator(actor, Role.OPERATIONS)
    draft = Announcement.objects.select_for_update(no_key=True).get(pk=announcement.pk)
    if draft.state != AnnouncementState.DRAFT:
        raise NotAllowed(_("What is published stays as it is; withdraw it and write another."), clauses=[CLAUSE])
    before = _shown(draft)
    values: dict[str, Any] = announcement_check(
        about=about, title=title, body=body, audience=audience, new_name=new_name
    )
    values |= {"by_mail": by_mail, "effective_at": effective_at}
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(values))
    _record("announcement_edit", draft, before, actor, now)
    return draft


def announcement_check(
    *, about: str, title: dict[str, str], body: dict[str, str], audience: str, new_name: dict[str, str] | None
) -> dict[str, Any]:
    """The words of an announcement as they are kept. Raises InvalidInput with the field."""
    if about not in set(Subject):
        raise InvalidInput(_("Say what it is about."), field="about")
    if audience not in dict(audiences.choices()):
        raise InvalidInput(_("Choose one of the audiences offered."), field="audience")
    if about in PLATFORM_CHANGES and audience != "everybody":
        raise InvalidInput(
            _("A change of the platform's name, address or look is announced to everybody."),
            field="audience",
            clauses=[CLAUSE],
        )
    names = new_name or {}
    values: dict[str, Any] = {"about": about, "audience": audience}
    for code, short in (("zh-hans", "zh"), ("en", "en")):
        for field, texts, longest in (("title", title, 200), ("body", body, 20000)):
            text = texts.get(code, "").strip()
            if not text or len(text) > longest:
                raise InvalidInput(_("Write it in both languages."), field=f"{field}_{short}")
            values[f"{field}_{short}"] = text
        name = names.get(code, "").strip()
        if (about == Subject.NAME) != bool(name) or len(name) > 40:
            raise InvalidInput(
                _("Give the new name, of at most 40 characters, in both languages; only where the name changes."),
                field=f"new_name_{short}",
            )
        values[f"new_name_{short}"] = name
    return values


@act
def announcement_publish(*, announcement: Announcement, actor: Actor, now: datetime) -> Announcement:
    """Tell everybody in the audience, in batches after the commit.

    Raises ChangeNotAhead where a change of the platform (§4) would take effect now or earlier, NotAllowed
    where it is no draft.
    """
    require_operator(actor, Role.OPERATIONS)
    found = Announcement.objects.select_for_update(no_key=True).get(pk=announcement.pk)
    if found.state != AnnouncementState.DRAFT:
        raise NotAllowed(_("This announcement is published already."))
    if found.about in PLATFORM_CHANGES and found.effective_at <= now:
        raise ChangeNotAhead(
            _("Announce it before it takes effect: choose a later moment."),
            field="effective_at",
            clauses=[CLAUSE],
        )
    before = _shown(found)
    found.publish(now)
    found.save(update_fields=["state", "published_at"])
    _queue_batch(found, 0, now)
    _record("announcement_publish", found, before, actor, now)
    _forget_names()
    return found


@act
def announcement_withdraw(*, announcement: Announcement, reason: str, actor: Actor, now: datetime) -> Announcement:
    """Take an announcement back before it takes effect; what it announced does not happen.

    Raises InvalidInput without a reason, NotAllowed where it is not published or has taken effect.
    """
    require_operator(actor, Role.OPERATIONS)
    why = reason.strip()
    if not why:
        raise InvalidInput(_("Say why: the reason is kept."), field="reason")
    found = Announcement.objects.select_for_update(no_key=True).get(pk=announcement.pk)
    if found.state != AnnouncementState.PUBLISHED:
        raise NotAllowed(_("Only a published announcement can be withdrawn."))
    if found.about == Subject.NAME and found.effective_at <= now and found.told_everybody_at:
        raise NotAllowed(_("The new name is in use. Announce another change instead."), clauses=[CLAUSE])
    before = _shown(found)
    found.withdraw(reason=why, now=now)
    found.save(update_fields=["state", "withdrawn_at", "reason"])
    _record("announcement_withdraw", found, before, actor, now)
    _forget_names()
    return found


@act
def announcement_tell(*, announcement_id: int, after: int, now: datetime) -> int:
    """Tell the next batch of the audience, and queue the one after it. Returns how many were told.

    Told twice, it tells nobody twice: a receipt is unique for each person.
    """
    announcement = Announcement.objects.select_for_update(no_key=True).get(pk=announcement_id)
    if announcement.state != AnnouncementState.PUBLISHED or announcement.told_everybody_at:
        return 0
    members = audiences.get(announcement.audience).members()
    batch = list(members.filter(pk__gt=after).order_by("pk").distinct()[:BATCH])
    known = set(
        AnnouncementReceipt.objects.filter(announcement=announcement, recipient__in=batch).values_list(
            "recipient_id", flat=True
        )
    )
    people = [person for person in batch if person.pk not in known]
    kind = kinds.get(KINDS.get(Subject(announcement.about), KIND))
    messages = Message.objects.bulk_create(
        [
            Message(
                recipient=person,
                kind=kind.name,
                group=kind.group,
                subject=subject_of(announcement),
                link=f"/announcements/{announcement.pk}/",
                title_zh=announcement.title_zh,
                title_en=announcement.title_en,
                body_zh=announcement.body_zh,
                body_en=announcement.body_en,
                created_at=now,
            )
            for person in people
        ]
    )
    AnnouncementReceipt.objects.bulk_create(
        [
            AnnouncementReceipt(announcement=announcement, recipient=person, message=message, told_at=now)
            for person, message in zip(people, messages, strict=True)
        ]
    )
    if announcement.by_mail:
        queue_deliveries(messages=messages, people=people, kind=kind, now=now)
    if len(batch) == BATCH:
        _queue_batch(announcement, batch[-1].pk, now)
    else:
        Announcement.objects.filter(pk=announcement.pk).update(told_everybody_at=now)
        _forget_names()
    return len(people)


def _queue_batch(announcement: Announcement, after: int, now: datetime) -> None:
    outbox_put(
        topic="notifications.announcement",
        payload={"announcement": announcement.pk, "after": after},
        key=f"announcement:{announcement.pk}:{after}",
        now=now,
    )


def _forget_names() -> None:
    transaction.on_commit(lambda: cache.delete(NAMES_CACHE), robust=True)


def _shown(announcement: Announcement) -> dict[str, Any]:
    return {
        "state": announcement.state,
        "about": announcement.about,
        "audience": announcement.audience,
        "title": announcement.title_zh,
        "new_name": announcement.new_name_zh,
        "effective_at": announcement.effective_at,
    }


def _record(name: str, announcement: Announcement, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=subject_of(announcement),
        before=before,
        after={**_shown(announcement), "reason": announcement.reason},
        now=now,
    )
