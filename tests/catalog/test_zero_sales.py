"""Three months without a sale (18(14)): the date, the warnings, the delisting; and sales that nobody waits for."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import reactions, selectors, services
from catalog.models import ListingCard, Product, ProductSale
from catalog.selectors.due import sales_to_fold, zero_sales_due, zero_sales_to_warn
from catalog.types import CardFilters
from core import sweeps
from core.acts import act
from core.clock import BEIJING
from notifications.models import Message
from regulation.models import AuditRecord, DecisionRecord
from tests.catalog.making import approve, make_listed, one_off
from tests.providers.making import make_operator

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def due(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)


DUE = due(2026, 6, 3)  # listed on 2 March 2026: the period ends with 2 June


@act
def sell(*, product: Product, order: str, at: datetime, units: int = 1, amount: Decimal = Decimal("1200.00")) -> None:
    services.sale_record(product_id=product.pk, order=order, units=units, amount=amount, sold_at=at)


@act
def take_back(*, order: str, at: datetime) -> None:
    services.sale_cancel(order=order, now=at)


def told(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


@pytest.mark.clause("18(14)")
def test_a_product_is_delisted_at_the_end_of_its_three_months_and_not_before(now) -> None:
    product, person = make_listed(now)
    assert product.zero_sales_due_at == DUE

    assert zero_sales_due(DUE - SECOND, 10) == []
    assert not services.zero_sales_delist(product_id=product.pk, now=DUE - SECOND)
    assert zero_sales_due(DUE, 10) == [product.pk]
    assert services.zero_sales_delist(product_id=product.pk, now=DUE)

    product.refresh_from_db()
    assert (product.state, product.off_reason, product.off_at) == ("delisted", "zero_sales", DUE)
    assert not selectors.cards_page(now=DUE, filters=CardFilters()).items
    decision = DecisionRecord.objects.filter(rule="listing.zero_sales").order_by("-id").first()
    assert (decision.outcome, decision.clauses) == ("force_delist", ["18(14)"])
    [audit] = AuditRecord.objects.filter(act="listing.zero_sales_delist")
    assert audit.decision_id == decision.pk
    [message] = [item for item in told("listing.zero_sales_delisted") if item.recipient == person.user]
    assert product.live_version.title_zh in message.body_zh
    assert not services.zero_sales_delist(product_id=product.pk, now=DUE)
    assert AuditRecord.objects.filter(act="listing.zero_sales_delist").count() == 1


@pytest.mark.clause("18(14)")
@pytest.mark.parametrize("amount", [Decimal("1200.00"), Decimal("0.00")])
def test_a_sale_free_ones_included_starts_the_months_over(amount: Decimal, now) -> None:
    product, _person = make_listed(now)
    at = due(2026, 5, 20, 15)
    sell(product=product, order="O1", at=at, amount=amount)

    # Not folded yet: the index still says June, the act asks the sales themselves.
    assert zero_sales_due(DUE, 10) == [product.pk]
    assert not services.zero_sales_delist(product_id=product.pk, now=DUE)

    product.refresh_from_db()
    assert (product.state, product.zero_sales_due_at, product.last_sale_at) == ("on_sale", due(2026, 8, 21), at)
    assert zero_sales_due(due(2026, 8, 21) - SECOND, 10) == []
    assert services.zero_sales_delist(product_id=product.pk, now=due(2026, 8, 21))


@pytest.mark.clause("18(14)")
def test_an_order_refunded_in_full_is_no_sale(now) -> None:
    product, _person = make_listed(now)
    sell(product=product, order="O1", at=due(2026, 5, 20))
    services.sales_fold(product_id=product.pk, now=due(2026, 5, 21))
    take_back(order="O1", at=due(2026, 5, 22))

    assert services.zero_sales_delist(product_id=product.pk, now=DUE)


@pytest.mark.clause("18(14)")
def test_listed_again_it_starts_over(now) -> None:
    product, person = make_listed(now)
    sell(product=product, order="O1", at=due(2026, 3, 5))
    services.zero_sales_delist(product_id=product.pk, now=due(2026, 6, 6))
    product.refresh_from_db()
    assert product.state == "delisted"
    later = due(2026, 7, 1, 9)
    version = services.version_open(product=product, actor=person.actor, now=later)
    services.version_submit(version=version, actor=person.actor, now=later)
    approve(version, make_operator(later, "marketplace_operations"), later)

    product.refresh_from_db()
    assert (product.state, product.listed_at, product.zero_sales_due_at) == ("on_sale", later, due(2026, 10, 2))
    assert product.last_sale_at is None


@pytest.mark.clause("18(14)")
def test_the_provider_is_warned_thirty_and_seven_days_ahead_once_each(now) -> None:
    product, person = make_listed(now)
    first, second = DUE - timedelta(days=30), DUE - timedelta(days=7)

    assert zero_sales_to_warn(first - SECOND, 10) == []
    assert zero_sales_to_warn(first, 10) == [product.pk]
    assert services.zero_sales_warn(product_id=product.pk, now=first)
    assert not services.zero_sales_warn(product_id=product.pk, now=first)
    assert zero_sales_to_warn(second - SECOND, 10) == []
    assert services.zero_sales_warn(product_id=product.pk, now=second)
    assert zero_sales_to_warn(DUE - SECOND, 10) == []

    mine = [item for item in told("listing.zero_sales_warning") if item.recipient == person.user]
    assert ["30 天" in mine[0].title_zh, "7 天" in mine[1].title_zh] == [True, True]
    assert "30 days" in mine[0].title_en
    assert len(mine) == 2


@pytest.mark.clause("18(14)")
def test_late_it_warns_once_with_the_days_that_are_left(now) -> None:
    _product, person = make_listed(now)
    late = DUE - timedelta(days=3)

    sweeps.run("catalog.zero_sales_warnings", late)
    sweeps.run("catalog.zero_sales_warnings", late)

    [mine] = [item for item in told("listing.zero_sales_warning") if item.recipient == person.user]
    assert "3 天" in mine.title_zh
    assert not zero_sales_to_warn(late, 10)


@pytest.mark.clause("18(14)")
def test_a_sale_moves_the_warnings_and_nobody_is_told(now) -> None:
    product, _person = make_listed(now)
    sell(product=product, order="O1", at=due(2026, 4, 30))

    assert not services.zero_sales_warn(product_id=product.pk, now=DUE - timedelta(days=30))

    assert not told("listing.zero_sales_warning")
    product.refresh_from_db()
    assert product.zero_sales_due_at == due(2026, 7, 31)
    assert product.zero_sales_warn_at == due(2026, 7, 1)


def test_figures_follow_the_sales_and_count_nothing_twice(now) -> None:
    product, _person = make_listed(now)
    for n in range(3):
        sell(product=product, order=f"O{n}", at=now + timedelta(days=n), units=2)
    sell(product=product, order="O0", at=now, units=2)

    assert sales_to_fold(now, 10) == [product.pk]
    assert services.sales_fold(product_id=product.pk, now=now + timedelta(days=3)) == 3
    assert services.sales_fold(product_id=product.pk, now=now + timedelta(days=3)) == 0
    assert ListingCard.objects.get().sold == 6
    take_back(order="O1", at=now + timedelta(days=4))
    take_back(order="O1", at=now + timedelta(days=4))
    services.sales_fold(product_id=product.pk, now=now + timedelta(days=4))

    card = ListingCard.objects.get()
    assert (card.sold, card.popularity) == (4, 4)
    product.refresh_from_db()
    assert product.last_sale_at == now + timedelta(days=2)
    assert ProductSale.objects.count() == 3


def test_a_sale_is_one_statement_and_touches_no_row_that_others_write(now) -> None:
    product, _person = make_listed(now)

    with CaptureQueriesContext(connection) as queries:
        sell(product=product, order="O1", at=now)

    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "SELECT"))]
    assert len(written) == 1
    assert "catalog_productsale" in written[0]


def test_many_are_delisted_as_one_act_with_the_same_result(now) -> None:
    first, person = make_listed(now)
    provider = first.provider
    others = [make_listed(now, provider=provider, person=person)[0] for _ in range(2)]
    sell(product=others[0], order="O1", at=due(2026, 5, 1))
    went = []
    reactions._off.append(lambda ids, reason, at: went.append((sorted(ids), reason)))
    try:
        ids = [product.pk for product in [first, *others]]
        with CaptureQueriesContext(connection) as queries:
            assert services.zero_sales_delist_many(product_ids=ids, now=DUE) == 3
    finally:
        reactions._off.pop()

    assert set(Product.objects.filter(state="delisted").values_list("pk", flat=True)) == {first.pk, others[1].pk}
    assert Product.objects.get(pk=others[0].pk).zero_sales_due_at == due(2026, 8, 2)
    assert AuditRecord.objects.filter(act="listing.zero_sales_delist").count() == 2
    assert went == [(sorted([first.pk, others[1].pk]), "zero_sales")]
    [message] = [item for item in told("listing.zero_sales_delisted") if item.recipient == person.user]
    assert message.title_zh.startswith("2 个商品")
    assert len(queries) < 80
    assert services.zero_sales_delist_many(product_ids=ids, now=DUE) == 1
    assert AuditRecord.objects.filter(act="listing.zero_sales_delist").count() == 2


@pytest.mark.clause("18(14)")
def test_the_sweep_run_twice_and_a_month_late_ends_the_same(now) -> None:
    product, _person = make_listed(now)
    late = DUE + timedelta(days=31)

    assert sweeps.run("catalog.zero_sales", late).done == 1
    assert sweeps.run("catalog.zero_sales", late).done == 0

    product.refresh_from_db()
    assert (product.state, product.off_at) == ("delisted", late)
    assert AuditRecord.objects.filter(act="listing.zero_sales_delist").count() == 1


def test_a_product_that_was_taken_off_sale_is_left_alone(now) -> None:
    product, person = make_listed(now)
    services.product_delist(product=product, reason="provider", actor=person.actor, now=now)

    assert zero_sales_due(DUE, 10) == []
    assert not services.zero_sales_delist(product_id=product.pk, now=DUE)
    assert Product.objects.get().off_reason == "provider"


@pytest.mark.django_db(transaction=True)
def test_two_workers_delist_once(now) -> None:
    product, _person = make_listed(now, plans=[one_off()])
    results: list[bool] = []

    def work() -> None:
        try:
            results.append(services.zero_sales_delist(product_id=product.pk, now=DUE))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False, True]
    assert AuditRecord.objects.filter(act="listing.zero_sales_delist").count() == 1


@pytest.mark.django_db(transaction=True)
def test_buyers_of_one_product_do_not_wait_for_each_other(now) -> None:
    """While one order's transaction is open, another order of the product is recorded to its end."""
    product, _person = make_listed(now)
    done = threading.Event()

    def other() -> None:
        try:
            sell(product=product, order="O2", at=now)
            done.set()
        finally:
            connection.close()

    @act
    def first() -> bool:
        services.sale_record(product_id=product.pk, order="O1", units=1, amount=Decimal("1.00"), sold_at=now)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=20)
        return done.is_set()

    assert first()
    assert ProductSale.objects.count() == 2


def test_many_due_are_worked_in_ranges_and_one_that_fails_keeps_nobody(now, monkeypatch) -> None:
    from catalog.selectors import due as finding
    from core.models import SweepFailure

    first, person = make_listed(now)
    others = [make_listed(now, provider=first.provider, person=person)[0] for _ in range(2)]
    monkeypatch.setattr(finding, "MANY", 3)
    assert finding.zero_sales_work(DUE, 10) == [f"{first.pk}-{others[1].pk}"]
    assert finding.zero_sales_work(DUE - SECOND, 10) == []
    real = services.zero_sales_delist

    def broken(*, product_id: int, now: datetime) -> bool:
        if product_id == others[0].pk:
            raise RuntimeError("cannot")
        return real(product_id=product_id, now=now)

    def fails(*, product_ids: list[int], now: datetime) -> int:
        raise RuntimeError("the whole range fails")

    with monkeypatch.context() as patched:
        patched.setattr(services, "zero_sales_delist_many", fails)
        patched.setattr(services, "zero_sales_delist", broken)
        assert sweeps.run("catalog.zero_sales", DUE).failed == 1
    assert list(Product.objects.filter(state="on_sale").values_list("pk", flat=True)) == [others[0].pk]
    assert f"product {others[0].pk}" in SweepFailure.objects.get(resolved_at__isnull=True).error

    assert sweeps.run("catalog.zero_sales", DUE).done == 1
    assert not Product.objects.filter(state="on_sale").exists()
