"""After-sales (§12): conversations with the 30-second clock, tickets, and a provider's automatic reply."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from support.types import Period, Side, TicketKind, TicketState


class Conversation(models.Model):
    """The chat of one order's buyer with its provider. One for each order; it is never deleted."""

    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, related_name="conversation", verbose_name=_("order")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="conversations", verbose_name=_("provider")
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("buyer")
    )
    opened_at = models.DateTimeField(_("opened at"))
    last_at = models.DateTimeField(_("last message at"))
    waiting_since = models.DateTimeField(_("waiting for the provider since"), null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            models.Index(fields=["provider", "-last_at", "-id"], name="conversation_of_provider"),
            models.Index(fields=["buyer", "-last_at", "-id"], name="conversation_of_buyer"),
            models.Index(
                fields=["provider", "waiting_since"],
                name="conversation_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="conversation_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.order_id}"


class ChatMessage(models.Model):
    """What somebody wrote. Append-only."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    side = models.CharField(
        _("side"),
        max_length=10,
        choices=[
            (Side.BUYER, _("buyer")),
            (Side.PROVIDER, _("provider")),
            (Side.AUTOMATIC, _("automatic reply")),
        ],
    )
    text = models.TextField(_("message"), blank=True)
    file = models.FileField(upload_to="chat/%Y/%m/", blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    flagged = models.CharField(_("flagged"), max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["conversation", "sent_at", "id"], name="chat_of_conversation"),
            models.Index(fields=["-sent_at", "-id"], name="chat_flagged", condition=~Q(flagged="")),
        ]
        constraints = [
            models.CheckConstraint(name="chat_says_something", condition=~Q(text="") | ~Q(file="")),
            models.CheckConstraint(
                name="chat_automatic_has_no_author",
                condition=Q(side="automatic", author__isnull=True) | (~Q(side="automatic") & Q(author__isnull=False)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="chat_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.side} {self.sent_at:%H:%M}"


class ResponseClock(models.Model):
    """A question of a buyer, and whether it was answered within 30 seconds of business hours (§12(1)3).

    An automatic reply does not stop it. A question outside business hours has no due time.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="clocks")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="response_clocks")
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"),
        max_length=14,
        choices=[
            ("awaiting", _("waiting")),
            ("answered", pgettext_lazy("support", "in time")),
            ("late", _("late")),
            ("outside_hours", _("outside business hours")),
        ],
    )
    had_auto_reply = models.BooleanField(_("with an automatic reply"), default=False)

    class Meta:
        verbose_name = _("response clock")
        verbose_name_plural = _("response clocks")
        indexes = [
            models.Index(fields=["provider", "asked_at"], name="clock_of_provider"),
            models.Index(fields=["due_at", "id"], name="clock_due", condition=Q(outcome="awaiting")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(answered_at__isnull=True), name="clock_one_running"
            ),
            models.CheckConstraint(
                name="clock_answer_after_question",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
            ),
            models.CheckConstraint(
                name="clock_due_unless_outside", condition=Q(outcome="outside_hours") | Q(due_at__isnull=False)
            ),
        ]
        triggers = [pgtrigger.Protect(name="clock_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.outcome}"


class AutoReply(models.Model):
    """What a provider's chat answers by itself while nobody is there (§12(1)3)."""

    provider = models.OneToOneField("providers.Provider", on_delete=models.PROTECT, related_name="auto_reply")
    text_zh = models.CharField(_("text in Chinese"), max_length=500)
    text_en = models.CharField(_("text in English"), max_length=500, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("automatic reply")
        verbose_name_plural = _("automatic replies")

    def __str__(self) -> str:
        return self.text_zh[:40]


class Ticket(FSMModelMixin, models.Model):
    """A buyer's request for after-sales on an order, and in which of its periods it came (§11(2)1, §11(3)2, §12)."""

    number = models.CharField(_("number"), max_length=16, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="tickets", verbose_name=_("order"))
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="tickets")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tickets")
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            (TicketKind.QUESTION, _("a question")),
            (TicketKind.FAULT, _("something does not work")),
            (TicketKind.UNAVAILABLE, _("the product cannot be used")),
        ],
    )
    period = models.CharField(
        _("period"),
        max_length=10,
        choices=[
            (Period.GUARANTEE, _("guarantee period")),
            (Period.WARRANTY, _("warranty period")),
            (Period.AFTER, _("after the warranty")),
        ],
    )
    title = models.CharField(_("title"), max_length=120)
    opened_at = models.DateTimeField(_("opened at"))
    answered_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    remedy = models.TextField(pgettext_lazy("support", "remedy"), blank=True)
    state = FSMField(
        _("state"),
        default=TicketState.OPEN,
        choices=[
            (TicketState.OPEN, _("waiting for the provider")),
            (TicketState.ANSWERED, _("being worked on")),
            (TicketState.SOLVED, _("solved, waiting for the buyer")),
            (TicketState.CLOSED, pgettext_lazy("support", "closed")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(fields=["provider", "state", "opened_at", "id"], name="ticket_of_provider"),
            models.Index(fields=["buyer", "-opened_at", "-id"], name="ticket_of_buyer"),
            models.Index(fields=["order", "-opened_at"], name="ticket_of_order"),
        ]
        triggers = [
            pgtrigger.Protect(name="ticket_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="ticket_states",
                field="state",
                transitions=[
                    ("open", "answered"),
                    ("open", "closed"),
                    ("answered", "solved"),
                    ("answered", "closed"),
                    ("solved", "answered"),
                    ("solved", "closed"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=TicketState.OPEN, target=TicketState.ANSWERED)
    def answer(self, *, now: datetime) -> None:
        self.answered_at = now

    @transition(field=state, source=TicketState.ANSWERED, target=TicketState.SOLVED)
    def solve(self, *, remedy: str) -> None:
        self.remedy = remedy

    @transition(field=state, source=TicketState.SOLVED, target=TicketState.ANSWERED)
    def reopen(self) -> None:
        """The buyer says that it is not solved."""

    @transition(
        field=state,
        source=[TicketState.OPEN, TicketState.ANSWERED, TicketState.SOLVED],
        target=TicketState.CLOSED,
    )
    def close(self, *, now: datetime) -> None:
        self.closed_at = now


class TicketMessage(models.Model):
    """What a side said in a ticket. Append-only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(
        _("side"), max_length=10, choices=[(Side.BUYER, _("buyer")), (Side.PROVIDER, _("provider"))]
    )
    text = models.TextField(_("message"))
    file = models.FileField(upload_to="tickets/%Y/%m/", blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("ticket message")
        verbose_name_plural = _("ticket messages")
        indexes = [models.Index(fields=["ticket", "sent_at", "id"], name="message_of_ticket")]
        triggers = [pgtrigger.Protect(name="ticket_message_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.side}"
