"""The acts of notifications."""

from notifications.services.announcements import (
    announcement_check,
    announcement_edit,
    announcement_publish,
    announcement_tell,
    announcement_withdraw,
    announcement_write,
)
from notifications.services.mailbox import mail_catch, sms_catch
from notifications.services.messages import (
    mail_preferences_set,
    mailed_mark,
    message_read,
    messages_read_all,
    notify,
    notify_many,
    texted_mark,
)

__all__ = [
    "announcement_check",
    "announcement_edit",
    "announcement_publish",
    "announcement_tell",
    "announcement_withdraw",
    "announcement_write",
    "mail_catch",
    "mail_preferences_set",
    "mailed_mark",
    "message_read",
    "messages_read_all",
    "notify",
    "notify_many",
    "sms_catch",
    "texted_mark",
]
