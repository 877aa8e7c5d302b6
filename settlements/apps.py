from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementsConfig(AppConfig):
    name = "settlements"
    verbose_name = _("Settlements")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import scopes
        from payments import purposes
        from providers.selectors import sells
        from settlements import messages, sweeps  # noqa: F401
        from settlements.services.approvals import PURPOSE, payout_done, payout_returned

        purposes.register(
            PURPOSE, title=_("Settlement of a provider"), on_payout_done=payout_done, on_payout_returned=payout_returned
        )
        scopes.register("settlements:read", _("Read your settlement statements"), sells)
        scopes.register("settlements:write", _("Confirm and dispute your settlement statements"), sells)
