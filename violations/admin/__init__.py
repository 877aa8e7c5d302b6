"""The operators' desk for complaints, cases, findings and appeals."""

from violations.admin import screens  # noqa: F401  (registers the screens)
