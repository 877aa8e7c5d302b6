"""Finding something, a product, a store, and the rulebook, as signed-out visitors see them."""

import json
import re
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from core.acts import SYSTEM
from core.clock import BEIJING
from core.references import new_number
from orders.services import review_follow_up, review_reply, review_write
from providers.services import restriction_place
from regulation.services import rulebook_load
from tests.catalog.making import monthly, one_off
from tests.orders.making import SERVICE, TOOL, deliver_product, make_shop
from tests.providers.making import leave_reason, make_operator, make_person
from tests.web.storefront.conftest import Shop, page, signed_in
from web.storefront.numbers import LISTS, QUEUES

pytestmark = pytest.mark.django_db
PARTS = ["", "plans/", "reviews/", "terms/", "versions/"]


def test_an_empty_market_says_what_comes_and_a_search_says_what_to_do(clock):
    client = Client()
    assert "还没有在售商品" in page(client, "/")
    assert "Nothing is on sale yet" in page(client, "/", "en")
    assert "没有符合条件的商品" in page(client, "/search/?q=zzzz")
    assert "Nothing fits yet" in page(client, "/search/?q=zzzz", "en")


def test_a_listed_product_is_found_at_home_in_its_category_and_by_words(shop: Shop):
    version = shop.product.live_version
    for path in ("/", "/c/analytics/", f"/search/?q={version.title_zh[:4]}", "/search/?class=application"):
        assert version.title_zh in page(Client(), path), path
    assert version.title_en in page(Client(), "/", "en")
    assert version.title_zh not in page(Client(), "/search/?class=tool")


def test_a_number_that_people_quote_opens_what_it_names(shop: Shop):
    response = Client().get(f"/search/?q={shop.order.number.lower()}")
    assert (response.status_code, response.url) == (302, f"/orders/{shop.order.number}/")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_part_of_a_product_says_its_price_and_guarantee(shop: Shop, part: str, language: str):
    text = page(Client(), f"/p/{shop.product.slug}/{part}", language)
    assert "¥1,200.00" in text
    assert ("购买此套餐" if language == "zh-hans" else "Buy this plan") in text
    assert "/rules/clauses/17(4)2/" in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_review_stands_with_what_was_added_and_the_answer(shop: Shop, now: datetime, language: str):
    deliver_product(shop.order, shop.provider, now)
    review = review_write(order=shop.order, score=4, text="部署顺利", actor=shop.buyer.actor, now=now)
    review_follow_up(review=review, text="用了一个月，稳定", actor=shop.buyer.actor, now=now)
    review_reply(review=review, text="感谢信任", actor=shop.provider.actor, now=now)

    text = re.sub(r"</?span[^>]*>", "", page(Client(), f"/p/{shop.product.slug}/reviews/", language))

    later, answer = ("追评：", "服务商回复：") if language == "zh-hans" else ("Later:", "The provider answers:")
    assert "部署顺利" in text
    assert f"{later} 用了一个月，稳定 · {now.date()}" in text
    assert f"{answer} 感谢信任 · {now.date()}" in text


def test_service_steps_stand_only_where_there_are_some(now: datetime, clock):
    service, _person = make_shop(now, SERVICE)
    text = page(Client(), f"/p/{service.slug}/steps/")
    assert "提交调研报告" in text
    assert "30" in text
    assert Client().get(f"/p/{service.slug}/nothing/").status_code == 404


@pytest.mark.clause("17(1)3")
def test_a_tool_says_that_it_is_not_refundable_on_its_page(now: datetime, clock):
    tool, _person = make_shop(now, TOOL)
    assert "不支持申请退款" in page(Client(), f"/p/{tool.slug}/")


def test_a_store_shows_its_record_and_products_and_another_address_is_not_found(shop: Shop):
    store = shop.product.provider.store
    text = page(Client(), f"/s/{store.slug}/")
    assert store.name_zh in text
    assert shop.product.live_version.title_zh in text
    assert Client().get("/s/nobody/").status_code == 404


def test_queries_of_lists_do_not_grow_with_what_is_listed(shop: Shop, now: datetime, buyer, queries):
    few = {path: queries(buyer, path) for path in ("/", "/search/", f"/p/{shop.product.slug}/")}
    for _n in range(3):
        make_shop(now)
    assert {path: queries(buyer, path) for path in few} == few


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/rules/", "/rules/clauses/17(1)/"),
        ("/rules/clauses/17(4)2/", "§17(4)2"),
        ("/rules/schedule/", "V1816"),
        ("/rules/versions/", "2017-03-07"),
        ("/rules/versions/2017-03-07/", "2017-03-07"),
        ("/rules/decisions/", "refund.entitlement"),
        ("/rules/decisions/refund.entitlement/", "refund.entitlement"),
    ],
)
def test_the_rulebook_is_read_by_anybody(db, clock, now: datetime, path: str, holds: str, language: str):
    rulebook_load(now=now)
    assert holds in page(Client(), path, language)


def test_the_schedule_is_searched_and_says_where_nothing_fits(db, clock):
    assert "V1001" not in page(Client(), "/rules/schedule/?q=V1816")
    assert "没有符合的条目" in page(Client(), "/rules/schedule/?q=zzzz")
    assert Client().get("/rules/clauses/99(9)/").status_code == 404
    assert Client().get("/rules/decisions/no.such/").status_code == 404


def test_a_number_opens_where_its_reader_works_on_it(shop: Shop, buyer: Client):
    number = shop.order.number
    seller, stranger = signed_in(shop.provider), signed_in(make_person(shop.order.placed_at))
    assert buyer.get(f"/search/?q={number}").url == f"/orders/{number}/"
    assert seller.get(f"/search/?q={number}").url == f"/console/orders/{number}/"
    # Somebody else's number and one that does not exist lead to the same place, and neither is there.
    other = new_number("O", shop.order.placed_at)
    for asked in (number, other):
        opened = stranger.get(f"/search/?q={asked}").url
        assert opened == f"/orders/{asked}/"
        assert stranger.get(opened).status_code == 404


def test_facets_say_how_many_they_leave_and_keep_what_was_chosen(shop: Shop):
    text = page(Client(), "/search/?class=application")
    assert 'href="/c/' in text
    assert "?class=application" in text
    assert '<span class="count">1</span>' in text
    assert 'class="chip" href="/c/' not in page(Client(), "/search/?class=tool")


def test_the_buyer_is_not_told_what_the_provider_sold_this_year(shop: Shop, buyer: Client):
    text = page(buyer, f"/orders/{shop.order.number}/")
    assert "settlement.service_fee" not in text
    assert "order.guarantee" in text


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "付款时间"), ("en", "Paid")])
def test_a_question_of_the_rules_names_its_facts_in_words(shop: Shop, language: str, words: str):
    text = page(Client(), "/rules/decisions/order.guarantee/", language)
    assert f"<dt>{words}</dt><dd><code>paid_at</code></dd>" in text


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "目前没有正在执行的处理措施"), ("en", "No measures in force")]
)
def test_a_store_says_that_no_measure_is_in_force_until_one_is(shop: Shop, now: datetime, language: str, words: str):
    store = shop.product.provider.store
    text = page(signed_in(shop.buyer), f"/s/{store.slug}/", language)
    assert words in text
    assert 'href="/rules/clauses/20/"' in text
    restriction_place(
        provider=shop.product.provider, kind="no_new_listings", reference="case:1", reason=leave_reason(),
        clauses=("20(3)",), until=datetime(2026, 4, 1, tzinfo=BEIJING), actor=SYSTEM, now=now,
    )  # fmt: skip
    text = page(signed_in(shop.buyer), f"/s/{store.slug}/", language)
    assert words not in text
    assert ("2026-03-31 24:00" if language == "zh-hans" else "the end of 2026-03-31") in re.sub(
        r"</?span[^>]*>", "", text
    )


def test_the_plans_of_a_product_come_with_their_prices_for_the_total(now: datetime, clock):
    product, _person = make_shop(now, plans=[monthly(), one_off()])
    text = page(Client(), f"/p/{product.slug}/")
    prices = json.loads(unescape(re.search(r'data-total-of="([^"]+)"', text)[1]))
    plans = {str(plan.pk): plan.price for plan in product.live_version.plans.all()}
    assert {key: Decimal(price) for key, price in prices.items()} == plans
    assert re.search(r"<output[^>]* data-total[^>]*>¥", text)


def test_an_infringement_is_reported_about_a_product_by_name(shop: Shop, buyer: Client):
    slug, version = shop.product.slug, shop.product.live_version
    for language, title in (("zh-hans", version.title_zh), ("en", version.title_en)):
        assert f'<a href="/p/{slug}/">{title}</a>' in page(buyer, f"/p/{slug}/infringement/", language)


def test_a_clause_page_shows_its_numbers_once(db, clock, now: datetime):
    rulebook_load(now=now)
    text = page(Client(), "/rules/clauses/17(1)1/", "en")
    # The chip's card is there for the chips; on this page its repetition is hidden by its frame.
    assert re.search(r'<div class="clause-own">\s*<article class="clause-card" data-clause-card>', text)
    assert "clause-card-numbers" in text
    style = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
    assert re.search(r"\.clause-own :is\([^)]*\.clause-card-numbers[^)]*\)\{display:none\}", style)


@pytest.mark.parametrize("letter", ["F", "Y"])
def test_what_is_asked_of_a_provider_opens_in_its_console(shop: Shop, letter: str):
    number = new_number(letter, shop.order.placed_at)
    page_of_it = {"F": "/console/defects/", "Y": "/console/infringement/"}[letter]
    assert signed_in(shop.provider).get(f"/search/?q={number}").url == f"{page_of_it}{number}/"
    operator = Client()
    operator.force_login(make_operator(shop.order.placed_at, "marketplace_operations"))
    model = {"F": "defect", "Y": "takedown"}[letter]
    assert operator.get(f"/search/?q={number}").url == f"/admin/violations/{model}/?q={number}&queue=all"


@pytest.mark.parametrize("letter", sorted({**QUEUES, **LISTS}))
def test_every_number_opens_a_list_of_the_operators_that_looks_for_it(db, now: datetime, letter: str):
    operator = Client()
    operator.force_login(make_operator(now, "marketplace_operations", "finance", "arbitration"))
    opened = operator.get("/search/", {"q": new_number(letter, now)}).url
    assert operator.get(opened).status_code == 200
