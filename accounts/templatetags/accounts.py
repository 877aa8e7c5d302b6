"""`{% load accounts %}`: the parts of the account pages."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def account_tabs(context: template.Context) -> list[dict[str, Any]]:
    """The account's pages, for `<c-tabs>`."""
    path = context["request"].path
    entries = [
        (_("Overview"), reverse("account_home"), ()),
        (_("Profile"), reverse("account_profile"), ()),
        (_("Real name"), reverse("account_identity"), ()),
        (_("Security"), reverse("mfa_index"), ("/accounts/2fa/", "/accounts/password/")),
        (_("API tokens"), reverse("account_tokens"), ()),
        (_("Mail preferences"), reverse("message_preferences"), ()),
    ]
    return [
        {
            "label": label,
            "url": url,
            "current": path == url
            or (url != reverse("account_home") and path.startswith(url))
            or path.startswith(tuple(prefixes) or ("\0",)),
            "count": None,
        }
        for label, url, prefixes in entries
    ]
