from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExitsConfig(AppConfig):
    name = "exits"
    verbose_name = _("Exits")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exits import messages, sweeps  # noqa: F401
