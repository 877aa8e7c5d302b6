"""The operators' screens of notifications: announcements with their receipts, and what was told to whom."""

from notifications.admin import screens  # noqa: F401  (registers the screens)
