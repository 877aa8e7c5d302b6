from datetime import datetime
from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DepositsConfig(AppConfig):
    name = "deposits"
    verbose_name = _("Deposits")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Messages, sweeps, scopes; what payments of a deposit bring about; what is asked at admission."""
        from accounts import scopes
        from deposits import messages, selectors, services, sweeps  # noqa: F401
        from payments import purposes
        from providers import reactions
        from providers.selectors import sells

        def admitted(provider: Any, application: Any, actor: Any, now: datetime) -> None:
            services.deposit_open(provider=provider, actor=actor, now=now)

        purposes.register(
            "deposit",
            title=_("Deposit of a provider"),
            destination=services.payment_destination,
            link=lambda reference: "/console/deposit/",
            on_paid=lambda intent, now: services.deposit_paid(intent=intent, now=now),
            on_closed=lambda intent, now: services.deposit_payment_expire(intent=intent, now=now),
            on_payout_done=lambda payout, now: services.deposit_returned(payout=payout, now=now),
            on_payout_returned=lambda payout, now: services.deposit_return_failed(payout=payout, now=now),
        )
        reactions.on_admitted(admitted)
        # A short deposit has its own consequences, so the daily check has nothing to look for.
        reactions.add_requirements(selectors.admission_requirements, may_fail=lambda now: Q(pk__in=[]))
        scopes.register("deposit:read", _("Read your deposit, its demands and deductions"), sells)
        scopes.register("deposit:write", _("Start paying into your deposit"), sells)
