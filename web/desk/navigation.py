"""The desk's navigation: what is worked on first, then what is looked up, by subject."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Every screen stands in one section; a queue stands in the first.
SECTIONS: list[tuple[Any, list[str]]] = [
    (
        gettext_lazy("Queues"),
        [
            "providers.Application", "catalog.ProductVersion", "refunds.RefundRequest", "violations.Complaint",
            "violations.Case", "violations.Appeal", "orders.WarrantyClaim", "settlements.Statement",
            "deposits.AdditionalDeposit", "exits.Exit", "providers.ChangeReport", "violations.Takedown",
            "violations.Defect", "violations.MessageReport", "violations.Campaign", "orders.CloudInvoice",
        ],
    ),
    (gettext_lazy("Trade"), ["orders.Order", "orders.DeductionOffer", "orders.Invoice", "orders.Review"]),
    (gettext_lazy("Catalog"), ["catalog.Product", "catalog.Category"]),
    (
        gettext_lazy("Providers"),
        [
            "providers.Provider", "providers.Store", "providers.Document", "providers.LapseDuty",
            "providers.Agreement", "providers.AgreementText", "providers.PlatformCondition", "providers.Restriction",
            "providers.ReentryBar",
        ],
    ),
    (
        gettext_lazy("Findings and measures"),
        [
            "violations.Finding", "violations.Measure", "violations.PointsEntry", "violations.YearTally",
            "violations.Remedy",
        ],
    ),
    (
        gettext_lazy("Money in and out"),
        [
            "payments.PaymentIntent", "payments.Payback", "payments.Payout", "payments.StrayPayment",
            "payments.Difference", "payments.Reconciliation", "payments.GatewayMessage",
        ],
    ),
    (
        gettext_lazy("Deposits"),
        [
            "deposits.Deposit", "deposits.TopUpDemand", "deposits.Deduction", "deposits.DepositPayment",
            "deposits.DepositReturn",
        ],
    ),
    (
        gettext_lazy("Books"),
        [
            "settlements.SettlementItem", "settlements.SettlementHold", "ledger.Balance", "ledger.Transaction",
            "ledger.Entry", "ledger.Hold",
        ],
    ),
    (
        gettext_lazy("Rules and trail"),
        [
            "regulation.RulebookVersion", "regulation.DecisionRecord", "regulation.AuditRecord",
            "regulation.AuditSeal",
        ],
    ),
    (
        gettext_lazy("People and news"),
        [
            "accounts.User", "accounts.IdentityVerification", "accounts.ApiToken", "notifications.Announcement",
            "notifications.Message", "notifications.AnnouncementReceipt",
        ],
    ),
    (gettext_lazy("House"), ["core.SweepRun", "core.SweepFailure", "core.OutboxMessage"]),
]  # fmt: skip


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections with the screens that this operator may open; what has no section of its own stands in the last."""
    named = {label for _title, labels in SECTIONS for label in labels}
    rest = [model._meta.label for model in admin.site._registry if model._meta.label not in named]
    found = []
    for title, labels in SECTIONS:
        every = [*labels, *rest] if labels is SECTIONS[-1][1] else labels
        items = [item for label in every if (item := _item(request, label))]
        if items:
            found.append({"title": title, "items": items, "collapsible": title is not SECTIONS[0][0]})
    home = {"title": _("Desk"), "link": reverse("admin:index"), "active": request.path == reverse("admin:index")}
    sweeps = {"title": _("Sweeps"), "link": reverse("desk-sweeps"), "active": request.path == reverse("desk-sweeps")}
    return [{"title": "", "items": [home, sweeps]}, *found]


def _item(request: HttpRequest, label: str) -> dict[str, Any] | None:
    model = apps.get_model(label)
    screen = admin.site._registry.get(model)
    if screen is None or not screen.has_view_permission(request):
        return None
    opts = model._meta
    link = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    name = str(opts.verbose_name_plural)
    return {"title": name[:1].upper() + name[1:], "link": link, "active": request.path.startswith(link)}
