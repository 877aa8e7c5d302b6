from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RegulationConfig(AppConfig):
    name = "regulation"
    verbose_name = _("Regulation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every app's rules register themselves, and the sweep that seals the trail."""
        autodiscover_modules("rules")
        from regulation import sweeps  # noqa: F401
