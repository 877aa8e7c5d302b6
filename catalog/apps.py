from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalog")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import scopes
        from catalog import deliveries, messages, sweeps  # noqa: F401
        from catalog.selectors import highest_price
        from core.outbox import register_topic
        from deposits import prices
        from deposits.reactions import on_sufficient
        from providers.reactions import on_display_changed, on_restriction_changed
        from providers.selectors import sells

        prices.register(highest_price)
        on_sufficient(deliveries.deposit_sufficient)
        on_display_changed(deliveries.display_changed)
        on_restriction_changed(deliveries.restriction_changed)
        register_topic(deliveries.TOPIC, deliveries.release_awaiting)
        scopes.register("catalog:read", _("Read products, and your own with their reviews"))
        scopes.register("catalog:write", _("Write and hand in your products"), sells)
