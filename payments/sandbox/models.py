"""What the sandbox gateway keeps: its own books, which ours are compared with. Nothing here refers to our tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import MoneyField


class SandboxTrade(models.Model):
    """A payment as the gateway sees it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for the payer")
        SETTLING = "settling", _("Bank transfer under way")
        PAID = "paid", _("Paid")
        CLOSED = "closed", _("Closed")

    token = models.CharField(max_length=43, unique=True)
    merchant_number = models.CharField(max_length=64, unique=True)
    amount = MoneyField()
    title = models.CharField(max_length=200)
    notify_url = models.URLField(max_length=300)
    return_url = models.URLField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Sandbox trade")
        verbose_name_plural = _("Sandbox trades")

    def __str__(self) -> str:
        return self.merchant_number


class SandboxCapture(models.Model):
    """Money that a payer paid for a trade: usually once, twice where a tester asked for it."""

    trade = models.ForeignKey(SandboxTrade, on_delete=models.PROTECT, related_name="captures")
    trade_no = models.CharField(max_length=32, unique=True)
    amount = MoneyField()
    refunded = MoneyField(default=0)
    paid_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("Sandbox payment")
        verbose_name_plural = _("Sandbox payments")
        constraints = [
            models.CheckConstraint(
                name="sandbox_capture_refunded",
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("amount")),
            )
        ]

    def __str__(self) -> str:
        return self.trade_no


class SandboxRefund(models.Model):
    """A payment, or part of one, given back."""

    capture = models.ForeignKey(SandboxCapture, on_delete=models.PROTECT, related_name="refunds")
    request_number = models.CharField(max_length=64, unique=True)
    trade_no = models.CharField(max_length=32, unique=True)
    amount = MoneyField()
    done_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("Sandbox refund")
        verbose_name_plural = _("Sandbox refunds")

    def __str__(self) -> str:
        return self.trade_no


class SandboxTransfer(models.Model):
    """Money sent to a bank account."""

    request_number = models.CharField(max_length=64, unique=True)
    trade_no = models.CharField(max_length=32, unique=True)
    account = models.CharField(max_length=64)
    amount = MoneyField()
    done_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("Sandbox transfer")
        verbose_name_plural = _("Sandbox transfers")

    def __str__(self) -> str:
        return self.trade_no
