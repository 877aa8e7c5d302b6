"""What the house itself keeps: the outbox, and what the sweeps did."""

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.clock import BEIJING


class OutboxMessage(models.Model):
    """What is to be told to the outside world once its cause is committed.

    Written by acts in their own transaction; only the dispatcher changes it. A message whose attempts are used up is
    dead until an operator sends it again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Dead")

    topic = models.CharField(max_length=80, verbose_name=_("topic"))
    key = models.CharField(max_length=200, unique=True, verbose_name=pgettext_lazy("core", "key"))
    payload = models.JSONField(verbose_name=_("message content"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, verbose_name=_("state"))
    attempts = models.PositiveSmallIntegerField(default=0, verbose_name=_("attempts"))
    created_at = models.DateTimeField(verbose_name=_("queued at"))
    due_at = models.DateTimeField(verbose_name=_("next attempt"))
    delivered_at = models.DateTimeField(null=True, blank=True, verbose_name=_("delivered at"))
    last_error = models.TextField(blank=True, verbose_name=_("last error"))

    class Meta:
        verbose_name = _("Outbox message")
        verbose_name_plural = _("Outbox")
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_due", condition=models.Q(state="waiting")),
            models.Index(fields=["-id"], name="outbox_dead", condition=models.Q(state="dead")),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_state_known", condition=models.Q(state__in=["waiting", "delivered", "dead"])
            ),
            models.CheckConstraint(
                name="outbox_delivered_has_instant",
                condition=~models.Q(state="delivered") | models.Q(delivered_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="outbox_keep", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class SweepRun(models.Model):
    """One run of one sweep: when, over how many rows, and how it ended. Answers "did the sweeps run?"."""

    sweep = models.CharField(max_length=80, verbose_name=_("sweep"))
    started_at = models.DateTimeField(verbose_name=_("started at"))
    finished_at = models.DateTimeField(null=True, blank=True, verbose_name=_("finished at"))
    moment = models.DateTimeField(verbose_name=_("worked as of"))
    done = models.PositiveIntegerField(default=0, verbose_name=_("rows done"))
    failed = models.PositiveIntegerField(default=0, verbose_name=_("rows failed"))

    class Meta:
        verbose_name = _("Sweep run")
        verbose_name_plural = _("Sweep runs")
        indexes = [models.Index(fields=["sweep", "-started_at"], name="sweep_run_latest")]

    def __str__(self) -> str:
        return f"{self.sweep} {self.started_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


class SweepFailure(models.Model):
    """A row that a sweep could not work: tried again each run, one open failure a row, closed when it succeeds."""

    sweep = models.CharField(max_length=80, verbose_name=_("sweep"))
    row = models.CharField(max_length=80, verbose_name=pgettext_lazy("core", "row"))
    error = models.TextField(verbose_name=_("error"))
    times = models.PositiveIntegerField(default=1, verbose_name=_("times tried"))
    first_at = models.DateTimeField(verbose_name=_("first failed at"))
    last_at = models.DateTimeField(verbose_name=_("last failed at"))
    resolved_at = models.DateTimeField(null=True, blank=True, verbose_name=pgettext_lazy("core", "settled at"))

    class Meta:
        verbose_name = _("Sweep failure")
        verbose_name_plural = _("Sweep failures")
        constraints = [
            models.UniqueConstraint(
                fields=["sweep", "row"],
                name="sweep_failure_open",
                condition=models.Q(resolved_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["-last_at"], name="sweep_failure_latest")]

    def __str__(self) -> str:
        return f"{self.sweep} {self.row}"


class IdempotencyKey(models.Model):
    """A write through the REST interface that was answered: the same key and input get the same answer."""

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    input_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_owner_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
