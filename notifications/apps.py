from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import reactions, scopes
        from core.outbox import register_topic
        from notifications import deliveries, messages

        register_topic("notifications.mail", deliveries.mail_deliver)
        register_topic("notifications.sms", deliveries.sms_deliver)
        register_topic("notifications.announcement", deliveries.announcement_deliver)
        reactions.on_identity_settled(messages.tell_identity)
        reactions.on_account_closed(messages.tell_closed)
        scopes.register("messages:read", _("Read your messages"))
        scopes.register("messages:write", _("Mark your messages as read"))
