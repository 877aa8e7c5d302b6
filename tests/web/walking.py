"""Every address of the resolver, with the things of one scene put in."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
MODEL = re.compile(r"^admin/(\w+)/(\w+)/<path:object_id>/")
# Ends of regular expressions that mean nothing in an address.
ENDS = str.maketrans("", "", "^$\\")


def patterns() -> list[str]:
    """Every pattern of the resolver, as it is written."""
    return list(dict.fromkeys(_below(get_resolver().url_patterns, "")))


def _below(found: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in found:
        text = str(one.pattern)
        if isinstance(one.pattern, RegexPattern):
            text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", text).translate(ENDS)
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, before + text)
        else:
            yield before + text


def first_of(model: Any) -> Any:
    """The key of a model's first row, or a key that none has."""
    return model._default_manager.order_by("pk").values_list("pk", flat=True).first() or 1


def address(pattern: str, known: list[tuple[str, dict[str, Any]]], first_of: Callable[[Any], Any]) -> str:
    """The address of a pattern: its places filled from the last entry of `known` that it begins with and that has one,
    what the desk shows otherwise by the first row of its model.

    Raises LookupError where nothing fills a place.
    """
    model = MODEL.match(pattern)

    def fill(match: re.Match[str]) -> str:
        for prefix, values in reversed(known):
            if pattern.startswith(prefix) and match[1] in values:
                return str(values[match[1]])
        if model and match[1] == "object_id":
            return str(first_of(apps.get_model(model[1], model[2])))
        raise LookupError(f"{pattern}: what is <{match[1]}>?")

    return "/" + PLACE.sub(fill, pattern)
