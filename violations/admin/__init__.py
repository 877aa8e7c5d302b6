"""The operators' desk for complaints, cases, appeals, reports, infringement claims, defects and promotions."""

from violations.admin import campaigns, defects, reports, screens  # noqa: F401  (registers the screens)
