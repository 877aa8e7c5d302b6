from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import scopes
        from payments import messages, purposes, sweeps  # noqa: F401
        from payments.deliveries import register_topics

        # Stray payments go back by themselves; nothing else hangs on them.
        purposes.register("stray", title=_("Stray money sent back"))
        register_topics()
        scopes.register("payments:read", _("Read your payments"))
