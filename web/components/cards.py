"""Product cards of the storefront, drawn in Python from plain values: lists are long and must be quick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from web.components.icons import icon_svg
from web.components.words import yuan_text


def class_words(product_class: str) -> tuple[str, str]:
    """A product class and its guarantee in words (§17(1)): what a buyer needs to know before paying."""
    if product_class == "application":
        return pgettext("class of product", "Application"), _("full refund within 5 days, no reason needed")
    if product_class == "service":
        return pgettext("class of product", "Service"), _("full refund until you confirm completion")
    return pgettext("class of product", "Tool"), _("no refund on request")


def price_words(price: Any, billing: str) -> str:
    """What a plan costs, with its period: `¥99.00 / 月`; free ones say so."""
    if billing == "free" or price is None or price == 0:
        return pgettext("price", "Free")
    text = yuan_text(price)
    if billing == "monthly":
        return _("%(price)s / month") % {"price": text}
    if billing == "yearly":
        return _("%(price)s / year") % {"price": text}
    return text


def price_from_words(price: Any, billing: str) -> str:
    """The lowest price of a product: `¥99.00 / 月起`."""
    if billing == "free" or price is None or price == 0:
        return pgettext("price", "Free")
    return _("from %(price)s") % {"price": price_words(price, billing)}


def product_cards(products: Iterable[Mapping[str, Any]], heading: str = "h3") -> SafeString:
    """A grid of products. Keys of each: `url`, `name`, `line`, `provider`, `price`, `billing` (one_off, monthly,
    yearly, free), `product_class`, and, where known, `cover` (address of an image), `score`, `reviews`, `sold`,
    `guarantee` (words instead of the class's own). Everything is escaped here.
    """
    classes = {name: class_words(name) for name in ("application", "service", "tool")}
    icons = {name: icon_svg("info" if name == "tool" else "shield-check") for name in classes}
    star = icon_svg("star", "", "star-on")
    unscored = escape(_("No reviews yet"))
    cards = [_card(product, heading, classes, icons, star, unscored) for product in products]
    return mark_safe(f'<ul class="products">{"".join(cards)}</ul>')


def product_card(product: Mapping[str, Any], heading: str = "h3") -> SafeString:
    """One product as a list of one; keys as in `product_cards`."""
    return product_cards([product], heading)


def _card(
    product: Mapping[str, Any],
    heading: str,
    classes: Mapping[str, tuple[str, str]],
    icons: Mapping[str, str],
    star: str,
    unscored: str,
) -> str:
    url = escape(str(product["url"]))
    name = escape(str(product["name"]))
    kind = str(product.get("product_class"))
    kind = kind if kind in classes else "tool"
    class_name, promise = classes[kind]
    cover = product.get("cover")
    image = (
        f'<img src="{escape(str(cover))}" alt="" width="640" height="360" loading="lazy" decoding="async">'
        if cover
        else f'<span class="product-blank" aria-hidden="true">{name[:2]}</span>'
    )
    score = product.get("score")
    if score is None or score == "":
        standing = f'<span class="muted">{unscored}</span>'
    else:
        spoken = escape(_("%(score)s out of 5") % {"score": score})
        standing = f'{star}<span class="sr-only">{spoken}</span><span aria-hidden="true">{escape(str(score))}</span>'
        if reviews := product.get("reviews"):
            standing += f'<span class="muted" aria-hidden="true">({reviews:,})</span>'
    if sold := product.get("sold"):
        words = escape(ngettext("%(n)s sold", "%(n)s sold", sold) % {"n": f"{sold:,}"})
        standing += f'<span class="muted">{words}</span>'
    price = escape(price_from_words(product.get("price"), str(product.get("billing") or "one_off")))
    return (
        f'<li class="product"><div class="product-cover">{image}</div>'
        f'<div class="product-words"><{heading} class="product-name"><a href="{url}">{name}</a></{heading}>'
        f'<p class="product-line">{escape(str(product.get("line") or ""))}</p>'
        f'<p class="product-provider">{escape(str(product.get("provider") or ""))}</p>'
        f'<p class="product-price">{price}</p>'
        f'<p class="product-promise">{icons[kind]}<span><strong>{escape(class_name)}</strong> '
        f"{escape(str(product.get('guarantee') or promise))}</span></p>"
        f'<p class="product-standing">{standing}</p></div></li>'
    )
