from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RefundsConfig(AppConfig):
    name = "refunds"
    verbose_name = _("Refunds")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import scopes
        from orders import reactions, timeline
        from payments import purposes
        from refunds import messages, sweeps  # noqa: F401
        from refunds.selectors import timeline_of_order
        from refunds.services import refund_after_deduction, refund_arrived

        purposes.register("refund", title=_("Refund to a buyer"), on_payback_done=refund_arrived)
        reactions.on_deduction_agreed(refund_after_deduction)
        timeline.register(timeline_of_order)
        scopes.register("refunds:read", _("Read refunds, as buyer or for a store"))
        scopes.register("refunds:write", _("Ask for refunds and answer them"))
