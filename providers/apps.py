from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = _("Providers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Messages, sweeps, the scopes of API tokens; and what an account's closing means for its provider."""
        from accounts import reactions, scopes
        from notifications import audiences
        from providers import messages, selectors, sweeps  # noqa: F401
        from providers.selectors import sells
        from providers.services.accounts import account_closed, identity_settled

        audiences.register("providers", _("Providers"), selectors.accounts_of_providers)
        scopes.register("store:read", _("Read your store, team and papers"), sells)
        scopes.register("store:write", _("Change your store and its leave"), sells)
        scopes.register_for_operators("providers:read", _("Read providers and applications"))
        reactions.on_account_closed(account_closed)
        reactions.on_identity_settled(identity_settled)
