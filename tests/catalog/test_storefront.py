"""What end users find: lists, search, facets, pages, and what must not be shown."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import selectors, services
from catalog.models import ListingCard, Product
from catalog.search import index_tokens, query_literal, vector_literal
from catalog.types import CardFilters
from core.acts import SYSTEM, Actor
from core.errors import InvalidInput, NotFound
from providers.services import restriction_lift, restriction_place
from tests.catalog.making import free, make_listed, monthly, one_off
from tests.providers.making import leave_reason, make_operator, make_provider


def slugs(now, query: str = "", sort: str = "", **filters) -> list[str]:
    page = selectors.cards_page(now=now, filters=CardFilters(**filters), query=query, sort=sort)
    return [item["title_zh"] for item in page.items]


@pytest.fixture
def market(now, db) -> dict[str, Product]:
    provider, person = make_provider(now, price=Decimal("10000.00"))
    made = {}
    for n, (title, title_en, slug, plans) in enumerate(
        [
            ("数据库备份专家", "Database backup", "data-management", [one_off("800.00")]),
            ("云服务器迁移", "Server migration", "migration", [one_off("5000.00")]),
            ("日志检索平台", "Log search", "analytics", [monthly("99.00")]),
            ("接口测试工具", "API testing tool", "testing-tools", [free()]),
        ]
    ):
        product, _person = make_listed(
            now + timedelta(hours=n), provider=provider, person=person, slug=slug, plans=plans,
            title_zh=title, title_en=title_en, tagline_zh=f"{title}，开箱可用", tagline_en=title_en,
            description_zh=f"{title}，部署在您自己的云主机里，附带手册和脚本，支持多人协作与权限控制。",
        )  # fmt: skip
        made[title] = product
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("备份", ["数据库备份专家"]),
        ("数据", ["数据库备份专家", "日志检索平台"]),
        ("数据库备份", ["数据库备份专家"]),
        ("数据库的备份", ["数据库备份专家"]),
        ("云服务器", ["云服务器迁移"]),
        ("务器", ["云服务器迁移"]),
        ("migra", ["云服务器迁移"]),
        ("MIGRATION", ["云服务器迁移"]),
        ("ＡＰＩ testing", ["接口测试工具"]),
        ("上云迁移", ["云服务器迁移"]),
        ("测试 工具", ["接口测试工具"]),
        ("海鲜", []),
        ("'; DROP TABLE", []),
        ("\\'", []),
        ("!!!", []),
    ],
)
def test_products_are_found_by_words_pairs_categories_and_beginnings(query, found, market, now) -> None:
    assert sorted(slugs(now + timedelta(days=1), query)) == sorted(found)


def test_a_provider_is_found_by_its_name(market, now) -> None:
    name = market["日志检索平台"].provider.store.name_zh

    assert len(slugs(now + timedelta(days=1), name)) == 4


def test_what_is_in_the_title_comes_first(now, db) -> None:
    provider, person = make_provider(now, price=Decimal("10000.00"))
    make_listed(now, provider=provider, person=person, title_zh="日志平台", tagline_zh="附带报表导出功能")
    make_listed(now, provider=provider, person=person, title_zh="报表导出助手", tagline_zh="一键生成")

    assert slugs(now, "报表导出")[0] == "报表导出助手"


def test_sorts_and_filters(market, now) -> None:
    later = now + timedelta(days=1)

    assert slugs(later, sort="newest") == ["接口测试工具", "日志检索平台", "云服务器迁移", "数据库备份专家"]
    assert slugs(later, sort="price") == ["接口测试工具", "日志检索平台", "数据库备份专家", "云服务器迁移"]
    assert slugs(later, free=True) == ["接口测试工具"]
    assert slugs(later, product_class="service") == ["云服务器迁移"]
    assert sorted(slugs(later, guaranteed=True)) == sorted(["数据库备份专家", "云服务器迁移", "日志检索平台"])
    assert slugs(later, category="migration-operations") == ["云服务器迁移"]
    assert slugs(later, category="migration") == ["云服务器迁移"]
    assert slugs(later, category="managed-operations") == []
    assert slugs(later, category="no-such") == []
    assert slugs(later, price_from=Decimal("99.00"), price_to=Decimal("800.00"), sort="price") == [
        "日志检索平台", "数据库备份专家",
    ]  # fmt: skip
    services.listing_figures_record(product_id=market["数据库备份专家"].pk, score=Decimal("4.50"), reviews=2, now=later)
    assert slugs(later, sort="score")[0] == "数据库备份专家"


def test_pages_go_forth_and_back_by_their_keys(market, now) -> None:
    later = now + timedelta(days=1)
    seen = []
    cursor = None
    for _ in range(4):
        page = selectors.cards_page(now=later, filters=CardFilters(), sort="newest", cursor=cursor, size=1)
        seen += [item["title_zh"] for item in page.items]
        cursor = page.next_cursor
    assert seen == ["接口测试工具", "日志检索平台", "云服务器迁移", "数据库备份专家"]
    assert cursor is None
    back = selectors.cards_page(now=later, filters=CardFilters(), sort="newest", cursor=page.previous_cursor, size=1)
    assert [item["title_zh"] for item in back.items] == ["云服务器迁移"]
    with pytest.raises(InvalidInput):
        selectors.cards_page(now=later, filters=CardFilters(), cursor="nonsense")


def test_ranked_pages_go_on_where_they_stopped(market, now) -> None:
    later = now + timedelta(days=1)
    first = selectors.cards_page(now=later, filters=CardFilters(), query="开箱可用", size=3)
    rest = selectors.cards_page(now=later, filters=CardFilters(), query="开箱可用", cursor=first.next_cursor, size=3)

    titles = [item["title_zh"] for item in [*first.items, *rest.items]]
    assert len(titles) == len(set(titles)) == 4


@pytest.mark.parametrize("query", ["", "数据"])
def test_a_page_is_one_query_however_many_products_there_are(query, market, now) -> None:
    later = now + timedelta(days=1)
    selectors.category_tree()
    for filters in (CardFilters(), CardFilters(category="data-ai"), CardFilters(price_to=Decimal("9000.00"))):
        with CaptureQueriesContext(connection) as queries:
            selectors.cards_page(now=later, filters=filters, query=query)
        assert len(queries) == 1


def test_lists_and_their_counts_are_asked_of_the_replica(market, now, monkeypatch) -> None:
    asked = []

    def for_lists() -> str:
        asked.append(1)
        return "default"

    monkeypatch.setattr("catalog.selectors.storefront.for_lists", for_lists)

    selectors.cards_page(now=now, filters=CardFilters(), query="迁移")
    assert len(asked) == 1
    selectors.facets(now=now, filters=CardFilters(price_to=Decimal("77.00")))
    assert len(asked) > 2


def test_facets_count_what_each_choice_leaves_in_one_query(market, now) -> None:
    later = now + timedelta(days=1)
    selectors.category_tree()
    with CaptureQueriesContext(connection) as queries:
        found = selectors.facets(now=later, filters=CardFilters())
    assert len(queries) == 1
    counts = {(item.kind, item.value): item.count for item in found}
    assert counts[("total", "")] == 4
    assert counts[("category", "migration-operations")] == 1
    assert counts[("class", "application")] == 2
    assert counts[("free", "1")] == 1
    with CaptureQueriesContext(connection) as queries:
        assert selectors.facets(now=later, filters=CardFilters()) == found
    assert len(queries) == 0
    inside = selectors.facets(now=later, filters=CardFilters(category="migration-operations"))
    assert [item.value for item in inside if item.kind == "category"] == ["migration", "managed-operations"]


@pytest.mark.clause("20(2)")
def test_a_hidden_provider_shows_nothing_from_the_instant_to_the_instant(market, now) -> None:
    later = now + timedelta(days=1)
    provider = market["日志检索平台"].provider
    until = later + timedelta(days=7)
    restriction_place(
        provider=provider, kind="frozen", reference="case:1", reason=leave_reason(), until=until,
        clauses=("20(2)",), actor=SYSTEM, now=later,
    )  # fmt: skip

    assert slugs(later) == []
    assert slugs(later, "数据") == []
    with pytest.raises(NotFound):
        selectors.product_page(slug=market["日志检索平台"].slug, now=later)
    assert slugs(until - timedelta(seconds=1)) == []
    assert len(slugs(until)) == 4
    restriction_lift(provider=provider, kind="frozen", reference="case:1", reason="done", actor=SYSTEM, now=later)
    assert len(slugs(later)) == 4


@pytest.mark.clause("20(2)", "18(17)1")
def test_a_restricted_product_is_hidden_alone_and_cannot_be_bought(market, now) -> None:
    later = now + timedelta(days=1)
    product = market["日志检索平台"]
    plan = product.live_version.plans.get()
    until = later + timedelta(days=7)
    services.product_restrict(
        product=product, kind="frozen", reason="p7", reference="case:1", until=until, actor=SYSTEM, now=later
    )
    services.product_restrict(
        product=product, kind="infringement", reason="版权", reference="case:2", actor=SYSTEM, now=later
    )

    assert "日志检索平台" not in slugs(later)
    with pytest.raises(selectors.PlanNotOnSale):
        selectors.plan_on_sale(plan_id=plan.pk, now=later)
    assert selectors.plan_for_renewal(product_id=product.pk, plan_code=plan.code, now=later).price == plan.price
    assert "日志检索平台" not in slugs(until)
    assert services.product_restriction_lift(
        product=product, kind="infringement", reference="case:2", actor=SYSTEM, now=until
    )
    assert "日志检索平台" in slugs(until)
    assert "日志检索平台" not in slugs(until - timedelta(seconds=1))
    assert selectors.plan_on_sale(plan_id=plan.pk, now=until).price == plan.price


def test_the_storefronts_revision_moves_with_what_it_shows(market, now, django_capture_on_commit_callbacks) -> None:
    later = now + timedelta(days=1)
    before = selectors.storefront_revision()
    with django_capture_on_commit_callbacks(execute=True):
        restriction_place(
            provider=market["日志检索平台"].provider, kind="on_leave", reference="own", reason=leave_reason(),
            actor=SYSTEM, now=later,
        )  # fmt: skip
    after = selectors.storefront_revision()
    with django_capture_on_commit_callbacks(execute=True):
        services.listing_figures_record(
            product_id=market["日志检索平台"].pk, score=Decimal("5.00"), reviews=1, now=later
        )

    assert len({before, after, selectors.storefront_revision()}) == 3


def test_a_product_page_holds_plain_values_in_a_fixed_number_of_queries(market, now) -> None:
    slug = market["云服务器迁移"].slug
    with CaptureQueriesContext(connection) as queries:
        page = selectors.product_page(slug=slug, now=now + timedelta(days=1))

    assert len(queries) == 7
    assert [step["title_zh"] for step in page["milestones"]] == ["调研", "实施", "培训"]
    assert page["plans"][0]["price"] == Decimal("5000.00")
    assert page["html"]["terms_zh"].startswith("<p>")
    assert page["texts"]["delist_use_zh"]
    assert page["store"].slug == market["云服务器迁移"].provider.store.slug


@pytest.mark.clause("10(3)", "11", "17(4)1")
def test_an_order_freezes_the_plan_with_its_milestones_to_the_fen(now, db) -> None:
    product, _person = make_listed(now, slug="consulting-training", plans=[one_off("1000.01")])
    plan = product.live_version.plans.get()

    terms = selectors.plan_on_sale(plan_id=plan.pk, now=now)

    assert [step.amount for step in terms.milestones] == [Decimal("300.00"), Decimal("500.01"), Decimal("200.00")]
    assert sum(step.amount for step in terms.milestones) == terms.price
    assert (terms.product_class, terms.policy_percent, terms.warranty_months) == ("service", Decimal("50.00"), 3)
    assert terms.terms_digest == product.live_version.digest
    assert (terms.provider_id, terms.performer_id) == (product.provider_id, product.provider_id)
    with CaptureQueriesContext(connection) as queries:
        selectors.plan_on_sale(plan_id=plan.pk, now=now)
    assert len(queries) == 1


def test_a_plan_that_is_stopped_is_not_sold_until_it_is_resumed(now, db) -> None:
    product, person = make_listed(now, plans=[one_off("100.00"), monthly("10.00")])
    plan = product.live_version.plans.get(code="monthly")

    services.plan_stop(plan=plan, actor=person.actor, now=now)
    with pytest.raises(selectors.PlanNotOnSale):
        selectors.plan_on_sale(plan_id=plan.pk, now=now)
    assert ListingCard.objects.get().price_from == Decimal("100.00")
    services.plan_stop(plan=product.live_version.plans.get(code="standard"), actor=person.actor, now=now)
    assert slugs(now) == []
    services.plan_resume(plan=plan, actor=person.actor, now=now)
    assert ListingCard.objects.get().price_from == Decimal("10.00")
    assert selectors.plan_on_sale(plan_id=plan.pk, now=now).term_months == 1


@pytest.mark.clause("10(7)")
def test_a_delisted_product_is_gone_and_its_buyers_renew(now, db) -> None:
    product, person = make_listed(now, plans=[monthly()])
    plan = product.live_version.plans.get()
    services.product_delist(product=product, reason="provider", note="停止维护", actor=person.actor, now=now)

    assert slugs(now) == []
    with pytest.raises(selectors.PlanNotOnSale):
        selectors.plan_on_sale(plan_id=plan.pk, now=now)
    assert selectors.plan_for_renewal(product_id=product.pk, plan_code="monthly", now=now).price == Decimal("99.00")
    assert selectors.version_accepted(product.live_version_id)["texts"]["delist_use_zh"]


def test_taken_down_it_comes_back_only_through_a_review(now, db) -> None:
    product, person = make_listed(now)
    reviewer = make_operator(now, "marketplace_operations")
    services.product_take_down(product=product, note="内容失实", actor=Actor.of(reviewer), now=now)
    product.refresh_from_db()
    assert (product.state, product.off_note, slugs(now)) == ("taken_down", "内容失实", [])

    version = services.version_open(product=product, actor=person.actor, now=now)
    services.version_submit(version=version, actor=person.actor, now=now)
    services.version_claim(version=version, actor=Actor.of(reviewer), now=now)
    services.version_approve(version=version, actor=Actor.of(reviewer), now=now)

    product.refresh_from_db()
    assert product.state == "on_sale"
    assert len(slugs(now)) == 1


@pytest.mark.clause("20(5)")
def test_who_is_shown_lower_comes_after_the_others(now, db) -> None:
    low, _person = make_listed(now)
    high, _other = make_listed(now)
    ListingCard.objects.filter(product=low).update(sold=50, popularity=50)
    assert slugs(now) == [low.live_version.title_zh, high.live_version.title_zh]
    restriction_place(
        provider=low.provider, kind="display_lowered", reference="case:1", reason=leave_reason(), actor=SYSTEM, now=now
    )
    from core.acts import act

    @act
    def refresh() -> None:
        services.cards_refresh_for_provider(provider_id=low.provider_id, now=now)

    refresh()

    ListingCard.objects.filter(product=high).update(sold=1, popularity=1)
    assert slugs(now) == [high.live_version.title_zh, low.live_version.title_zh]


def test_words_and_pairs_are_indexed_and_asked_for_alike() -> None:
    assert {"数据", "据库", "数据库"} <= set(index_tokens("数据库"))
    assert index_tokens("的 C++ Node.js") == ["c++", "c", "node.js", "node", "js"] or "node" in index_tokens("Node.js")
    assert query_literal("云") == "'云':*"
    assert query_literal("的 了") is None
    assert "''" in vector_literal([("A", "it's o'clock")]) or "o" in vector_literal([("A", "o'clock")])
