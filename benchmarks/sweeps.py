"""Finding what is due, beside the single SQL statement that changes the same rows.

`--size` is the number of products and of orders; there are a fifth as many providers, and one row in a hundred is due.
For each sweep the selector finds all of it, a thousand at a time as the sweep does, and the bare counterpart is the
scan of an UPDATE that marks the same rows, both as EXPLAIN ANALYZE times them, in turns and before anything is changed.
Everything is taken back.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from benchmarks import ground, laying

DUE = "n % 100 = 0"
FIRST = 50_000_000
SIDE = "TIMESTAMPTZ '2026-03-02 10:00+08'"
AT = f"CASE WHEN {DUE} THEN {SIDE} - n * INTERVAL '1 second' ELSE {SIDE} + INTERVAL '30 days' + n * INTERVAL '1 second' END"


class Due(NamedTuple):
    """One sweep: its selector, and the UPDATE that would change the same rows: its table, what it sets and where."""

    name: str
    find: Callable[[datetime, int], Iterable[Any]]
    table: str
    sets: str
    where: str


def lay_out(cursor: Any, size: int, now: datetime) -> None:
    """Products, orders, demands, refunds and complaints, by samples that the acts made."""
    from tests.orders.making import buy, make_shop

    laying.people_anew()
    product, _seller = make_shop(now, description_zh=laying.description())
    order, buyer = buy(product, now)
    subject = product.provider_id
    providers = size // 5
    provider_of = f"{FIRST} + 1 + n % {max(1, providers)}"
    ground.unguarded(
        cursor,
        [
            laying.copies(
                cursor,
                "providers_provider",
                of=f"s.id = {subject}",
                count=providers,
                changes=laying.PROVIDER | {"id": f"{FIRST} + n"},
            ),
            laying.copies(
                cursor,
                "catalog_product",
                of=f"s.id = {product.pk}",
                count=size,
                changes={
                    "id": f"{FIRST} + n",
                    "slug": "'sweep-' || n",
                    "provider_id": provider_of,
                    "zero_sales_due_at": AT,
                },
            ),
            laying.copies(
                cursor,
                "orders_order",
                of=f"s.id = {order.pk}",
                count=size,
                changes={
                    "id": f"{FIRST} + n",
                    "number": "'BO' || n",
                    "provider_id": provider_of,
                    "state": "'in_service'",
                    "delivered_at": "s.paid_at",
                    "guarantee_ends_at": AT,
                    "release_due_at": AT,
                },
            ),
            f"INSERT INTO deposits_topupdemand (id, state, shortfall, shortfall_at, deadline, settlement_due_at, withheld,"
            f" cause, decision_id, provider_id) SELECT {FIRST} + n, 'awaiting', 100, ({AT}) - INTERVAL '3 days', {AT},"
            f" {SIDE} + INTERVAL '40 days', 0, 'bench', 0, {FIRST} + n FROM generate_series(1, {providers}) n",
            f"INSERT INTO refunds_refundrequest (id, number, origin, reason, statement, claims_loss, in_guarantee, state,"
            f" requested_at, rulebook, reply_due_at, decide_due_at, reply, escalated_by, loss_upheld, basis, finding,"
            f" amount, fee_returned, buyer_id, decision_id, order_id, provider_id) SELECT {FIRST} + n, 'BR' || n, 'buyer',"
            f" 'delay', '', false, false, 'negotiating', {SIDE} - INTERVAL '400 days', '2017-03-07', {AT}, {AT}, '', '',"
            f" false, '', '', 0, 0, {buyer.user.pk}, 0, {FIRST} + n, {provider_of} FROM generate_series(1, {size}) n",
            f"INSERT INTO violations_complaint (id, number, code, statement, conduct_on, filed_at, due_at, response,"
            f" outcome_reason, state, complainant_id, provider_id) SELECT {FIRST} + n, 'BK' || n, 'V1801', '',"
            f" DATE '2026-03-01', ({AT}) - INTERVAL '30 minutes', {AT}, '', '', 'filed', {buyer.user.pk}, {provider_of}"
            f" FROM generate_series(1, {size}) n",
        ],
    )
    cursor.execute(
        "ANALYZE providers_provider, catalog_product, orders_order, deposits_topupdemand, refunds_refundrequest,"
        " violations_complaint"
    )


def sweeps(now: datetime) -> list[Due]:
    """The deadlines, each with the statement that changes the same rows."""
    from catalog.selectors.due import zero_sales_due
    from deposits.selectors import demands_lapsed
    from orders.selectors.due import guarantees_ended, releases_due
    from refunds.selectors import decisions_due, replies_due
    from violations.selectors import complaints_lapsed

    at = f"'{now.isoformat()}'"
    return [
        Due(
            "products without a sale (18(14))",
            zero_sales_due,
            "catalog_product",
            "off_note = 'x'",
            f"state = 'on_sale' AND zero_sales_due_at <= {at}",
        ),
        Due(
            "deposits not topped up (9(6)3)",
            demands_lapsed,
            "deposits_topupdemand",
            f"lapsed_at = {at}",
            f"state = 'awaiting' AND deadline <= {at}",
        ),
        Due(
            "guarantees that ended (17(1)1)",
            guarantees_ended,
            "orders_order",
            "note = 'x'",
            "state = 'in_service' AND completed_at IS NULL AND delivered_at IS NOT NULL AND product_class <> 'service'"
            f" AND guarantee_ends_at <= {at}",
        ),
        Due(
            "money to release (11(1)1)",
            releases_due,
            "orders_order",
            "note = 'y'",
            "(state IN ('completed', 'closed') OR state = 'in_service' AND delivered_at IS NOT NULL"
            f" AND product_class <> 'service') AND released_at IS NULL AND NOT held AND release_due_at <= {at}",
        ),
        Due(
            "refunds not answered (17(1))",
            replies_due,
            "refunds_refundrequest",
            "reply = 'x'",
            f"state = 'negotiating' AND replied_at IS NULL AND reply_due_at <= {at}",
        ),
        Due(
            "refunds to decide (17(1))",
            decisions_due,
            "refunds_refundrequest",
            "finding = 'x'",
            f"state = 'negotiating' AND NOT in_guarantee AND decide_due_at <= {at}",
        ),
        Due(
            "complaints not answered (18(16))",
            complaints_lapsed,
            "violations_complaint",
            "response = 'x'",
            f"state = 'filed' AND responded_at IS NULL AND late_recorded_at IS NULL AND due_at <= {at}",
        ),
    ]


class Measured(NamedTuple):
    """Milliseconds in the database and rows, of the selector and of the statement's scan; seconds for a thousand."""

    ours: tuple[float, int]
    bare: tuple[float, int]
    thousand: float


def executed(cursor: Any, statement: str) -> tuple[float, int]:
    """Milliseconds that the database spends on a statement, as EXPLAIN ANALYZE times it, and its rows."""
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
    said = cursor.fetchone()[0]
    plan = (json.loads(said) if isinstance(said, str) else said)[0]["Plan"]
    return plan["Actual Total Time"], round(plan["Actual Rows"])


def measure(due: Due, now: datetime, most: int, cursor: Any) -> Measured:
    """Find all that is due at once beside the scan of the UPDATE, then a thousand as a sweep does; the best of five."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        list(due.find(now, most))
    [asked] = [found["sql"] for found in captured]
    # An UPDATE reads its rows whole, with where they lie.
    scan = f"SELECT ctid, * FROM {due.table} WHERE {due.where}"
    turns = [(executed(cursor, asked), executed(cursor, scan)) for _turn in range(5)]
    thousand = min(ground.seconds(lambda: list(due.find(now, 1000))) for _turn in range(5))
    return Measured(min(ours for ours, _bare in turns), min(bare for _ours, bare in turns), thousand)


def main() -> None:
    given = ground.arguments(__doc__, 20_000)
    ground.set_up()
    from core.clock import BEIJING

    now = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
    with ground.taken_back() as cursor:
        lay_out(cursor, given.size, now)
        print(f"{given.size:,} products and orders, {given.size // 5:,} providers, one in a hundred due")
        before = ground.memory()
        measured = [(due, measure(due, now, given.size, cursor)) for due in sweeps(now)]
        for due, ((ours, found), (bare, scanned), thousand) in measured:
            cursor.execute(f"UPDATE {due.table} SET {due.sets} WHERE {due.where}")
            if not found == scanned == cursor.rowcount:
                raise SystemExit(f"{due.name}: the selector finds {found} rows, the UPDATE changes {cursor.rowcount}")
            ground.tell(ground.Beside(due.name, 1000 / ours, 1000 / bare, "scans/s", 0.9))
            print(
                f"    {found:,} rows; found in {ours:.2f} ms, the statement's scan {bare:.2f} ms; "
                f"a sweep's first thousand, with Python, {thousand * 1000:.1f} ms"
            )
        print(f"memory: {ground.memory():.0f} MB at most, {ground.memory() - before:.0f} MB more than before finding")
    ground.forget_cache()
    ground.close_books()


if __name__ == "__main__":
    main()
