from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ViolationsConfig(AppConfig):
    name = "violations"
    verbose_name = _("Violations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog.reactions import on_stale
        from exits.reactions import on_open_appeals, on_open_matters
        from providers.reactions import on_change_late, on_cure_expired
        from support.reactions import on_flagged
        from violations import messages, sweeps  # noqa: F401
        from violations.reactions import change_reported_late, conditions_not_cured, message_flagged, product_stale
        from violations.selectors import open_appeals_of, open_matters_of

        on_open_matters(open_matters_of)
        on_open_appeals(open_appeals_of)
        on_change_late(change_reported_late)
        on_cure_expired(conditions_not_cured)
        on_flagged(message_flagged)
        on_stale(product_stale)
