"""Product cards."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from web.components.cards import product_card, product_cards

PRODUCT = {
    "url": "/p/audit/",
    "name": "Database audit",
    "line": "Keeps records",
    "provider": "Xinglan",
    "price": Decimal("1200"),
    "billing": "yearly",
    "product_class": "application",
    "score": "4.6",
    "reviews": 128,
    "sold": 1204,
    "cover": "/media/a.svg",
}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def test_a_card_says_price_class_guarantee_score_and_sales():
    html = product_card(PRODUCT)
    for said in ("from ¥1,200.00 / year", "Application", "full refund within 5 days", "4.6 out of 5", "1,204 sold"):
        assert said in html
    assert '<a href="/p/audit/">Database audit</a>' in html
    assert 'src="/media/a.svg" alt=""' in html


@pytest.mark.clause("17(1)1", "17(1)2", "17(1)3")
@pytest.mark.parametrize(
    ("product_class", "promise"),
    [
        ("application", "full refund within 5 days, no reason needed"),
        ("service", "full refund until you confirm completion"),
        ("tool", "no refund on request"),
        # A class that is not known promises nothing.
        ("unheard-of", "no refund on request"),
    ],
)
def test_the_guarantee_is_said_in_the_words_of_its_class(product_class, promise):
    assert promise in product_card({**PRODUCT, "product_class": product_class})


def test_what_a_provider_wrote_cannot_become_markup():
    evil = '"><script>alert(1)</script>'
    fields = ("url", "name", "line", "provider", "cover", "score", "guarantee")
    html = product_cards([{**PRODUCT, **dict.fromkeys(fields, evil)}])
    assert "<script" not in html
    assert '""&gt;' not in html
    assert html.count("&lt;script&gt;") >= len(fields)


def test_free_and_unreviewed_products_say_so():
    html = product_card({**PRODUCT, "price": 0, "score": None, "reviews": 0, "sold": 0, "cover": None})
    assert "Free" in html
    assert "No reviews yet" in html
    assert "sold" not in html
    assert "<img" not in html
