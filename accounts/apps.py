from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts and real names")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import deliveries, scopes
        from core.outbox import register_topic

        register_topic("accounts.mail", deliveries.mail_deliver)
        register_topic("accounts.sms", deliveries.sms_deliver)
        register_topic("accounts.identity_check", deliveries.identity_ask)
        scopes.register("account:read", _("Read who you are"))
