"""Links between screens of the desk, for whoever may see where they lead."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html


@dataclass(frozen=True, slots=True)
class Linked:
    """A row of another screen, and what it is called here."""

    row: Any
    words: Any = None


def sees(request: HttpRequest, model: Any) -> bool:
    """Whether this operator sees the screen of a model; nobody does where there is none."""
    screen = site._registry.get(model)
    return screen is not None and bool(screen.has_view_permission(request))


def link_to(request: HttpRequest, row: Any, words: Any = None, url: str = "") -> Any:
    """A row, or `words` for it, as a link to its page or to `url`; the words alone for who does not see its screen."""
    said = words or row
    if not sees(request, type(row)):
        return said
    meta = row._meta
    address = url or reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="underline">{}</a>', address, said)
