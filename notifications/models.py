"""What was told to whom, when, and by which way."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from notifications.types import AnnouncementState, Subject


class Bilingual(models.Model):
    """A text that is kept in both languages and read in the reader's."""

    title_zh = models.CharField(_("title (Chinese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    body_zh = models.TextField(_("text (Chinese)"))
    body_en = models.TextField(_("text (English)"))

    class Meta:
        abstract = True

    def title_in(self, language: str | None) -> str:
        return self.title_en if (language or "").startswith("en") else self.title_zh

    def body_in(self, language: str | None) -> str:
        return self.body_en if (language or "").startswith("en") else self.body_zh

    @property
    def title(self) -> str:
        """The title in the language of the page."""
        return self.title_in(get_language())

    @property
    def body(self) -> str:
        """The text in the language of the page."""
        return self.body_in(get_language())


class Message(Bilingual):
    """What was this person told? The words themselves are kept, in both languages, as they were then.

    Written by `notifications.services.notify` in the act's transaction; only reading and delivery are added.
    """

    recipient = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="messages", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=60)
    group = models.CharField(pgettext_lazy("notifications", "group"), max_length=30)
    subject = models.CharField(pgettext_lazy("notifications", "subject"), max_length=80, blank=True, db_index=True)
    link = models.CharField(_("link"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("sent at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    texted_at = models.DateTimeField(_("sent by text message at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="message_of_recipient"),
            models.Index(fields=["recipient", "-id"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="message_said_once",
                exclude=["read_at", "mailed_at", "texted_at"],
            ),
            pgtrigger.Protect(name="message_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MailPreference(models.Model):
    """Which groups of messages does this person not want by mail? Mandatory kinds are mailed all the same."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="mail_preferences")
    group = models.CharField(max_length=30)
    by_mail = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="mail_preference_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.by_mail}"


_WORDS = ["title_zh", "title_en", "body_zh", "body_en", "about", "audience", "by_mail", "effective_at", "published_at"]
_WORDS += ["new_name_zh", "new_name_en", "author_id", "created_at"]
_PUBLISHED_WORDS_CHANGED = (
    f"OLD.state <> 'draft' AND ROW({', '.join(f'OLD.{word}' for word in _WORDS)}) "
    f"IS DISTINCT FROM ROW({', '.join(f'NEW.{word}' for word in _WORDS)})"
)


class Announcement(FSMModelMixin, Bilingual):
    """What does the platform tell everybody, and when does it take effect? (§4)

    A new name takes effect at `effective_at` only when everybody has been told before. Published words never change.
    """

    about = models.CharField(
        _("about"),
        max_length=10,
        choices=[
            (Subject.NAME, _("the platform's name")),
            (Subject.ADDRESS, _("its address")),
            (Subject.LOOK, _("how it looks")),
            (Subject.RULES, _("the rules")),
            (Subject.SERVICE, _("service")),
        ],
    )
    audience = models.CharField(_("audience"), max_length=30, default="everybody")
    by_mail = models.BooleanField(_("also by mail"), default=True)
    new_name_zh = models.CharField(_("new name (Chinese)"), max_length=40, blank=True)
    new_name_en = models.CharField(_("new name (English)"), max_length=40, blank=True)
    effective_at = models.DateTimeField(_("takes effect at"))
    state = FSMField(
        _("state"),
        default=AnnouncementState.DRAFT,
        choices=[
            (AnnouncementState.DRAFT, _("draft")),
            (AnnouncementState.PUBLISHED, pgettext_lazy("notifications", "published")),
            (AnnouncementState.WITHDRAWN, _("withdrawn")),
        ],
        protected=True,
        max_length=12,
    )
    author = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        related_name="announcements",
        verbose_name=pgettext_lazy("notifications", "written by"),
    )
    created_at = models.DateTimeField(_("written at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    told_everybody_at = models.DateTimeField(_("everybody told at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "withdrawn"]), name="announcement_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(about="name") | (~Q(new_name_zh="") & ~Q(new_name_en="")),
                name="announcement_of_name_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(about__in=["name", "address", "look"])
                | Q(published_at__isnull=True)
                | Q(effective_at__gt=F("published_at")),
                name="announcement_before_change",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="announcement_states",
                field="state",
                transitions=[("draft", "published"), ("published", "withdrawn")],
            ),
            pgtrigger.Protect(
                name="announcement_published_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_PUBLISHED_WORDS_CHANGED),
            ),
            pgtrigger.Protect(name="announcement_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title

    @transition(state, source=AnnouncementState.DRAFT, target=AnnouncementState.PUBLISHED)
    def publish(self, now: Any) -> None:
        """From now on everybody is told."""
        self.published_at = now

    @transition(state, source=AnnouncementState.PUBLISHED, target=AnnouncementState.WITHDRAWN)
    def withdraw(self, *, reason: str, now: Any) -> None:
        """It no longer holds, and what it announced does not happen."""
        self.withdrawn_at, self.reason = now, reason


class AnnouncementReceipt(models.Model):
    """Who was told of the announcement, and by which message? The receipt log that §4 asks for."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("announcement")
    )
    recipient = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="receipt", verbose_name=_("message"))
    told_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["announcement", "recipient"], name="receipt_once")]
        triggers = [
            pgtrigger.Protect(name="receipt_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.recipient_id}"


class CaughtMail(models.Model):
    """What would have left the platform? Mail and text messages of a development machine, read at /mailbox/."""

    class Way(models.TextChoices):
        MAIL = "mail", _("mail")
        SMS = "sms", _("text message")

    way = models.CharField(_("way"), max_length=4, choices=Way.choices)
    sender = models.CharField(_("from"), max_length=200, blank=True)
    recipient = models.CharField(_("to"), max_length=320, db_index=True)
    title = models.CharField(pgettext_lazy("notifications", "subject"), max_length=400, blank=True)
    text = models.TextField(pgettext_lazy("notifications", "text"))
    html = models.TextField(blank=True)
    caught_at = models.DateTimeField(_("sent at"), db_default=Now())

    class Meta:
        verbose_name = _("caught mail")
        verbose_name_plural = _("caught mails")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.recipient} {self.title}"
