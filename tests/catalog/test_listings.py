"""From a draft to the storefront: writing, handing in, review, release."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from accounts.models import User
from catalog import selectors, services
from catalog.models import ListingCard, ListingFinding, Plan, Product, ProductVersion
from catalog.types import Finding, PlanContent, Severity
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotFound, NotPermitted
from deposits.selectors import standing
from notifications.models import Message
from providers.models import Provider
from providers.services import restriction_place
from regulation.models import AuditRecord
from tests.catalog.making import (
    approve,
    category,
    free,
    make_draft,
    make_listed,
    make_submitted,
    monthly,
    one_off,
    picture,
)
from tests.providers.making import Person, leave_reason, make_operator, make_person, make_provider, pay_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(now) -> tuple[Provider, Person]:
    return make_provider(now, price=Decimal("10000.00"))


@pytest.fixture
def reviewer(now) -> User:
    return make_operator(now, "marketplace_operations")


def told(user: User, kind: str) -> int:
    return Message.objects.filter(recipient=user, kind=kind).count()


def trail(product: Product, act: str) -> int:
    return AuditRecord.objects.filter(subject=product.reference, act=act).count()


@pytest.mark.clause("10(1)", "10(7)")
def test_a_listing_goes_through_its_review_to_the_storefront(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    assert not selectors.cards_page(now=now, filters=_all()).items

    services.version_submit(version=version, change_note="首次上架", actor=person.actor, now=now)
    assert told(reviewer, "listing.submitted") == 1
    version = services.version_claim(version=version, actor=Actor.of(reviewer), now=now)
    version = services.version_approve(version=version, note="好", actor=Actor.of(reviewer), now=now)

    product = Product.objects.get()
    assert (product.state, product.live_version_id, version.state) == ("on_sale", version.pk, "released")
    assert product.listed_at == now
    assert told(person.user, "listing.released") == 1
    [card] = selectors.cards_page(now=now, filters=_all()).items
    assert (card["slug"], card["price_from"], card["provider_id"]) == (product.slug, Decimal("1200.00"), provider.pk)
    acts = AuditRecord.objects.filter(subject=product.reference).order_by("id").values_list("act", flat=True)
    assert list(acts) == [
        "listing.product_create", "listing.submit", "listing.review_claim", "listing.release",
    ]  # fmt: skip


def _all():
    from catalog.types import CardFilters

    return CardFilters()


def test_what_the_checks_refuse_is_not_handed_in(now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now, tagline_zh="全国唯一的日志平台，见 evil.com", terms_zh="")

    with pytest.raises(services.ListingRefused) as refused:
        services.version_submit(version=version, actor=person.actor, now=now)

    assert {item.code for item in refused.value.findings if item.severity == "refuse"} == {
        "superlative", "external_link", "missing",
    }  # fmt: skip
    assert set(refused.value.clauses) == {"10(3)", "10(5)", "10(8)5"}
    assert ProductVersion.objects.get().state == "draft"
    assert not ListingFinding.objects.exists()
    assert not AuditRecord.objects.filter(act="listing.submit").exists()
    assert not Message.objects.filter(kind="listing.submitted").exists()


def test_live_findings_look_at_what_is_not_saved_yet(now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    with connection.execute_wrapper(_no_writes):
        findings = selectors.live_findings(version, now=now, changes={"title_zh": "最好的日志"}, plans=[])

    assert {(item.field, item.code) for item in findings if item.severity == "refuse"} == {
        ("title_zh", "superlative"), ("plans", "missing"),
    }  # fmt: skip
    assert selectors.completeness(findings)["basics"] == 1
    assert selectors.completeness(findings)["plans"] == 1


def _no_writes(execute, sql, params, many, context):
    assert sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
    return execute(sql, params, many, context)


@pytest.mark.clause("18(10)")
def test_what_was_handed_in_stays_as_it_is(now, shop) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)

    with pytest.raises(services.NotADraft):
        services.version_save(version=version, changes={"title_zh": "改名"}, actor=person.actor, now=now)
    with pytest.raises(services.NotADraft):
        services.cover_set(version=version, upload=picture(), actor=person.actor, now=now)
    for change in (
        {"title_zh": "改名"},
        {"terms_zh": "改"},
        {"policy_percent": Decimal(0)},
        {"cover": "covers/1/x.webp"},
        {"warranty_months": 0},
    ):
        with pytest.raises(InternalError), transaction.atomic():
            ProductVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(version=version).update(price=Decimal("1.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(version=version).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(
            version=version, product=version.product, code="x", name_zh="x", billing="one_off", price=Decimal("1.00")
        )
    assert ProductVersion.objects.get().title_zh == version.title_zh


@pytest.mark.clause("18(10)")
def test_an_update_is_reviewed_while_the_old_version_stays_on_sale(now, reviewer) -> None:
    product, person = make_listed(now)
    old = product.live_version
    later = now + timedelta(days=10)
    update = services.version_open(product=product, actor=person.actor, now=later)
    assert (update.number, update.title_zh, update.plans.count()) == (2, old.title_zh, 1)
    services.version_save(
        version=update, changes={"tagline_zh": "采集与检索"}, plans=[one_off("1500.00"), monthly()],
        actor=person.actor, now=later,
    )  # fmt: skip
    services.version_submit(version=update, actor=person.actor, now=later)
    plan = old.plans.get()
    assert selectors.plan_on_sale(plan_id=plan.pk, now=later).price == Decimal("1200.00")

    approve(update, reviewer, later)

    product.refresh_from_db()
    assert (product.live_version_id, product.listed_at) == (update.pk, now)
    assert list(ProductVersion.objects.order_by("number").values_list("state", flat=True)) == ["superseded", "released"]
    with pytest.raises(selectors.PlanNotOnSale):
        selectors.plan_on_sale(plan_id=plan.pk, now=later)
    assert selectors.plan_on_sale(plan_id=update.plans.get(code="standard").pk, now=later).price == Decimal("1500.00")
    card = ListingCard.objects.get()
    assert (card.price_from, card.price_to, card.plan_count) == (Decimal("99.00"), Decimal("1500.00"), 2)


def test_one_version_at_a_time(now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)

    with pytest.raises(services.VersionOpen):
        services.version_open(product=version.product, actor=person.actor, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVersion.objects.create(
            product=version.product,
            number=2,
            category=version.category,
            performer=provider,
            created_at=now,
            edited_at=now,
        )


def test_a_version_sent_back_says_what_to_change_and_is_copied_into_the_next(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    actor = Actor.of(reviewer)
    services.version_claim(version=version, actor=actor, now=now)
    finding = Finding("reviewer", "description_zh", "10(5)", Severity.REFUSE, "图文不符", "Picture and text differ")

    with pytest.raises(services.FindingsOpen):
        services.version_return(version=version, note=" ", actor=actor, now=now)
    services.version_return(version=version, note="请修改", findings=[finding], actor=actor, now=now)

    version.refresh_from_db()
    assert (version.state, version.judgement_note) == ("returned", "请修改")
    assert [(row.source, row.state, row.message_zh) for row in selectors.findings_of(version)] == [
        ("reviewer", "upheld", "图文不符")
    ]
    assert told(person.user, "listing.returned") == 1
    following = services.version_open(product=version.product, actor=person.actor, now=now)
    assert (following.number, following.state, following.title_zh) == (2, "draft", version.title_zh)
    assert following.cover.name == version.cover.name


def test_a_finding_that_must_be_changed_stops_the_approval_until_it_is_dismissed(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    actor = Actor.of(reviewer)
    services.version_claim(version=version, actor=actor, now=now)
    kept = services.finding_add(
        version=version, field="title_zh", clause="10(5)", severity="refuse", message_zh="标题不符", message_en="",
        actor=actor, now=now,
    )  # fmt: skip

    with pytest.raises(services.FindingsOpen):
        services.version_approve(version=version, actor=actor, now=now)
    assert Product.objects.get().state == "draft"
    services.finding_judge(finding=kept, state="dismissed", actor=actor, now=now)
    services.version_approve(version=version, actor=actor, now=now)

    assert Product.objects.get().state == "on_sale"


def test_a_finding_names_a_clause_that_exists(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    services.version_claim(version=version, actor=Actor.of(reviewer), now=now)

    with pytest.raises(InvalidInput) as refused:
        services.finding_add(
            version=version, field="title_zh", clause="99(1)", severity="warn", message_zh="x", message_en="",
            actor=Actor.of(reviewer), now=now,
        )  # fmt: skip

    assert refused.value.field == "clause"


def test_a_refused_version_is_told_with_its_reason(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    actor = Actor.of(reviewer)
    services.version_claim(version=version, actor=actor, now=now)

    with pytest.raises(InvalidInput):
        services.version_refuse(version=version, note=" ", actor=actor, now=now)
    services.version_refuse(version=version, note="不属于本市场", actor=actor, now=now)

    assert ProductVersion.objects.get().state == "refused"
    assert "不属于本市场" in Message.objects.get(kind="listing.refused", recipient=person.user).body_zh
    assert selectors.refusals_lately(provider, now - timedelta(days=30)) == 1


def test_only_marketplace_operations_review_and_never_their_own_shop(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    finance = make_operator(now, "finance")
    for actor in (Actor.of(finance), person.actor, Actor("user", make_person(now).user.pk, "x")):
        with pytest.raises(NotPermitted):
            services.version_claim(version=version, actor=actor, now=now)
    services.version_claim(version=version, actor=Actor.of(reviewer), now=now)
    other = make_operator(now, "marketplace_operations")
    with pytest.raises(NotPermitted):
        services.version_approve(version=version, actor=Actor.of(other), now=now)
    with pytest.raises(NotAllowed):
        services.version_claim(version=version, actor=Actor.of(other), now=now)
    services.version_put_back(version=version, actor=Actor.of(other), now=now)
    services.version_claim(version=version, actor=Actor.of(other), now=now)

    assert ProductVersion.objects.get().reviewer_id == other.pk
    assert trail(version.product, "listing.release") == 0


def test_strangers_do_not_learn_that_a_product_exists(now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    stranger = make_person(now).actor

    for call in (
        lambda: services.version_save(version=version, changes={"title_zh": "x"}, actor=stranger, now=now),
        lambda: services.version_submit(version=version, actor=stranger, now=now),
        lambda: services.product_create(
            provider=provider, category=version.category, title_zh="x", actor=stranger, now=now
        ),
    ):
        with pytest.raises(NotFound):
            call()
    assert ProductVersion.objects.count() == 1
    with pytest.raises(NotFound):
        selectors.version_for(provider=make_provider(now)[0], version_id=version.pk)


@pytest.mark.clause("9(6)1")
def test_an_approval_waits_for_the_deposit_that_its_price_asks_for(now, reviewer) -> None:
    provider, person = make_provider(now, price=Decimal("1000.00"))
    version = make_submitted(provider, person, now, plans=[one_off("1000.01")])

    approve(version, reviewer, now)

    version.refresh_from_db()
    assert (version.state, Product.objects.get().state) == ("awaiting_deposit", "draft")
    message = Message.objects.get(recipient=person.user, kind="listing.awaiting_deposit")
    assert "¥5,000.00" in message.body_en
    assert "¥3,000.00" in message.body_en
    assert not services.awaiting_release(version_id=version.pk, now=now)

    pay_in(provider, person, Decimal("3000.00"), now)
    assert services.awaiting_release(version_id=version.pk, now=now)

    assert Product.objects.get().state == "on_sale"
    assert standing(provider).required == Decimal("5000.00")


@pytest.mark.clause("9(6)1")
def test_a_price_in_the_band_that_is_paid_goes_on_sale_at_once(now, reviewer) -> None:
    provider, person = make_provider(now, price=Decimal("1000.00"))

    approve(make_submitted(provider, person, now, plans=[one_off("1000.00")]), reviewer, now)

    assert Product.objects.get().state == "on_sale"


@pytest.mark.clause("9(6)1")
def test_the_payment_of_the_deposit_releases_what_waited_for_it(now, reviewer, deliver) -> None:
    provider, person = make_provider(now, price=Decimal("1000.00"))
    approve(make_submitted(provider, person, now, plans=[one_off("5000.00")]), reviewer, now)

    pay_in(provider, person, Decimal("3000.00"), now)
    deliver(now)

    assert Product.objects.get().state == "on_sale"


def test_a_frozen_provider_hands_nothing_in(now, shop, reviewer) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    restriction_place(
        provider=provider, kind="frozen", reference="case:1", reason=leave_reason(), until=now + timedelta(days=15),
        clauses=("20(2)",), actor=Actor.of(reviewer), now=now,
    )  # fmt: skip

    with pytest.raises(NotAllowed) as refused:
        services.version_submit(version=version, actor=person.actor, now=now)

    assert refused.value.clauses == ("20(2)",)
    services.version_submit(version=version, actor=person.actor, now=now + timedelta(days=15))


@pytest.mark.clause("10(5)")
def test_a_copy_of_anothers_listing_is_refused(now, reviewer) -> None:
    original, _person = make_listed(now)
    text = original.live_version.description_zh
    provider, person = make_provider(now, price=Decimal("10000.00"))
    copy = make_draft(provider, person, now, description_zh=text + "，欢迎选购我们的产品。", title_zh="另一个日志平台")

    with pytest.raises(services.ListingRefused) as refused:
        services.version_submit(version=copy, actor=person.actor, now=now)

    [finding] = [item for item in refused.value.findings if item.code == "copy"]
    assert (finding.clause, finding.severity) == ("10(5)", "refuse")
    assert original.live_version.title_zh in finding.message_zh


def test_a_providers_own_listings_may_resemble_each_other(now) -> None:
    product, person = make_listed(now)
    again = make_draft(product.provider, person, now, description_zh=product.live_version.description_zh)

    assert not selectors.lookalikes(again)


def test_a_cover_is_drawn_anew_and_hidden_until_it_is_on_sale(now, shop, client) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    address = selectors.version_page(version.product, version)["cover"]

    with pytest.raises(InvalidInput) as refused:
        services.cover_set(version=version, upload=picture(300, 200), actor=person.actor, now=now)
    assert refused.value.field == "cover"
    assert client.get(address).status_code == 404
    client.force_login(person.user)
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert b"".join(response)[8:12] == b"WEBP"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_zh": "长" * 61}, "title_zh"),
        ({"policy_percent": Decimal("100.01")}, "policy_percent"),
        ({"deployment_basis": "elsewhere"}, "deployment_basis"),
        ({"state": "released"}, "state"),
        ({"product": 1}, "product"),
        ({"open_source": "x"}, "open_source"),
        ({"warranty_months": -1}, "warranty_months"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(changes: dict, field: str, now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now, cover=False)

    with pytest.raises(InvalidInput) as refused:
        services.version_save(version=version, changes=changes, actor=person.actor, now=now)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (PlanContent("a", "甲", "A", "one_off", Decimal("0.00")), "plans.0.price"),
        (PlanContent("a", "甲", "A", "free", Decimal("1.00")), "plans.0.price"),
        (PlanContent("a", "甲", "A", "one_off", Decimal("1.001")), "plans.0.price"),
        (PlanContent("a", "甲", "A", "weekly", Decimal("1.00")), "plans.0.billing"),
        (PlanContent("a", "甲", "A", "one_off", Decimal("1.00"), 5, 4), "plans.0.units_max"),
    ],
)
def test_a_plan_that_cannot_be_sold_is_refused_by_row(plan: PlanContent, field: str, now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now, cover=False)

    with pytest.raises(InvalidInput) as refused:
        services.version_save(version=version, changes={}, plans=[plan], actor=person.actor, now=now)

    assert refused.value.field == field
    assert version.plans.count() == 1


def test_markup_is_cleaned_before_it_is_kept(now, shop) -> None:
    provider, person = shop
    version = make_draft(
        provider, person, now, cover=False,
        description_zh='<p onclick="x()">好<script>alert(1)</script><a href="javascript:x()">链</a></p>' + "说明" * 30,
    )  # fmt: skip

    kept = ProductVersion.objects.get(pk=version.pk).description_zh
    assert "script" not in kept
    assert "onclick" not in kept
    assert kept.startswith("<p>好")


def test_a_category_whose_products_rest_on_its_class_keeps_it(now) -> None:
    product, _person = make_listed(now)
    found = product.category

    with pytest.raises(NotAllowed):
        services.category_write(
            slug=found.slug, values={"product_class": "tool"}, actor=Actor("system", None, "system"), now=now
        )
    services.category_write(slug=found.slug, values={"name_zh": "分析"}, actor=Actor("system", None, "system"), now=now)
    assert ListingCard.objects.get().category_zh == "分析"


def test_the_shipped_categories_cover_every_class_and_load_once(now) -> None:
    assert services.categories_load(now=now) >= 10
    assert services.categories_load(now=now) == 0
    tree = selectors.category_tree()
    assert len(tree) >= 10
    assert {row["product_class"] for row in tree} == {"application", "service", "tool"}
    assert all(row["name_zh"] and row["name_en"] for row in tree)
    assert category("ci-cd", now).parent.slug == "developer-tools"


def test_states_cannot_be_skipped_in_the_database(now, shop) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)

    for state in ("released", "under_review", "returned"):
        with pytest.raises(InternalError), transaction.atomic():
            ProductVersion.objects.filter(pk=version.pk).update(state=state)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Product.objects.filter(pk=version.product_id).update(state="on_sale")
    with pytest.raises(InternalError), transaction.atomic():
        Product.objects.filter(pk=version.product_id).update(state="taken_down")
    with pytest.raises(InternalError), transaction.atomic():
        ProductVersion.objects.filter(pk=version.pk)._raw_delete("default")
    with pytest.raises((AttributeError, ValidationError)):
        version.state = "released"


def test_a_free_product_is_listed_without_price(now) -> None:
    product, _person = make_listed(now, plans=[free()])

    card = ListingCard.objects.get(product=product)
    assert (card.is_free, card.price_from, card.billing) == (True, Decimal("0.00"), "free")
