from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = pgettext_lazy("support", "Support")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from support import messages, sweeps  # noqa: F401
