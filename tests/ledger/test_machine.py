"""Any sequence of postings, reversals and holds keeps the books right, step by step, against a plain model of them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core.clock import BEIJING
from ledger import selectors, services
from ledger.models import Balance, Entry, Transaction
from ledger.types import CARRYING, Posting, kind_of
from tests.ledger.books import books_fit

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
RUNS, STEPS = 50, 50
PATHS = [
    "gateway:sandbox",
    "fees:platform",
    "compensation:platform",
    "escrow:order:1",
    "escrow:order:2",
    "payable:provider:1",
    "deposit:provider:1",
    "payback:B1",
]
CARRIED = [path for path in PATHS if kind_of(path) in CARRYING]
amounts = st.decimals(min_value="0.01", max_value="99.99", places=2)


@st.composite
def postings(draw):
    pairs = draw(st.lists(st.tuples(st.permutations(PATHS), amounts), min_size=1, max_size=4))
    return tuple(Posting(order[0], order[1], amount) for order, amount in pairs)


@dataclass
class Model:
    """The books as a child would keep them."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    held: dict[str, Decimal] = field(default_factory=dict)
    posted: dict[str, tuple[Posting, ...]] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    reversals: set[str] = field(default_factory=set)
    holds: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)

    def after(self, moved: tuple[Posting, ...]) -> dict[str, Decimal] | None:
        """The balances with the postings applied; None where an account would not cover them."""
        result = dict(self.balances)
        for one in moved:
            result[one.source] = result.get(one.source, Decimal(0)) - one.amount
            result[one.destination] = result.get(one.destination, Decimal(0)) + one.amount
        short = any(result.get(path, 0) < self.held.get(path, 0) for path in CARRIED)
        return None if short else result


class Books(RuleBasedStateMachine):
    steps = 0

    def __init__(self):
        super().__init__()
        self.model = Model()
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def key(self) -> str:
        return f"k{len(self.model.posted)}"

    @rule(moved=postings())
    def post(self, moved):
        key, after = self.key(), self.model.after(moved)
        try:
            with transaction.atomic():
                services.post(key=key, postings=moved, subject="order:1", now=NOW)
        except services.InsufficientFunds:
            assert after is None
        else:
            assert after is not None
            self.model.balances, self.model.posted[key] = after, moved

    @rule(amount=amounts, path=st.sampled_from(CARRIED))
    def bring_in(self, amount, path):
        self.post((Posting("gateway:sandbox", path, amount),))

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data())
    def post_again(self, data):
        key = data.draw(st.sampled_from(sorted(self.model.posted)))
        count = Entry.objects.count()
        found = Transaction.objects.get(key=key)
        if found.reverses_id is None:
            with transaction.atomic():
                again = services.post(key=key, postings=self.model.posted[key], subject="order:1", now=NOW)
            assert again.pk == found.pk
        assert Entry.objects.count() == count

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data(), moved=postings())
    def post_otherwise(self, data, moved):
        key = data.draw(st.sampled_from(sorted(self.model.posted)))
        if [one.line for one in moved] == [one.line for one in self.model.posted[key]]:
            return
        with pytest.raises(services.KeyReused), transaction.atomic():
            services.post(key=key, postings=moved, subject="order:1", now=NOW)

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data())
    def undo(self, data):
        name = data.draw(st.sampled_from(sorted(self.model.posted)))
        moved = tuple(one.reversed for one in reversed(self.model.posted[name]))
        allowed = name not in self.model.reversed and name not in self.model.reversals
        after = self.model.after(moved) if allowed else None
        key = self.key()
        try:
            with transaction.atomic():
                services.reverse(transaction=Transaction.objects.get(key=name), key=key, now=NOW)
        except services.AlreadyReversed:
            assert not allowed
        except services.InsufficientFunds:
            assert allowed
            assert after is None
        else:
            assert after is not None
            self.model.balances, self.model.posted[key] = after, moved
            self.model.reversed.add(name)
            self.model.reversals.add(key)

    @rule(path=st.sampled_from(CARRIED), amount=amounts)
    def hold(self, path, amount):
        key = f"h{len(self.model.holds)}"
        free = self.model.balances.get(path, Decimal(0)) - self.model.held.get(path, Decimal(0))
        try:
            with transaction.atomic():
                services.hold_place(key=key, path=path, amount=amount, subject="case:1", now=NOW)
        except services.InsufficientFunds:
            assert amount > free
        else:
            assert amount <= free
            self.model.holds[key] = (path, amount)
            self.model.held[path] = self.model.held.get(path, Decimal(0)) + amount

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data):
        key = data.draw(st.sampled_from(sorted(self.model.holds)))
        with transaction.atomic():
            services.hold_release(key=key, now=NOW)
        if key not in self.model.released:
            path, amount = self.model.holds[key]
            self.model.held[path] -= amount
            self.model.released.add(key)

    @rule(paths=st.lists(st.sampled_from(CARRIED), min_size=1))
    def lock(self, paths):
        for path, funds in services.accounts_lock(paths=paths).items():
            assert funds.balance == self.model.balances.get(path, 0)
            assert funds.held == self.model.held.get(path, 0)

    @invariant()
    def the_books_are_right(self):
        type(self).steps += 1
        books_fit()
        for path in PATHS:
            assert selectors.balance(path) == self.model.balances.get(path, 0)
        assert {row.path: row.held for row in Balance.objects.exclude(held=0)} == {
            path: amount for path, amount in self.model.held.items() if amount
        }


class TestBooks(TestCase):
    def test_two_thousand_steps_and_the_books_are_right_after_each(self):
        Books.steps = 0
        run_state_machine_as_test(
            Books,
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=True,
                database=None,
            ),
        )
        assert Books.steps >= 2000
        assert not connection.needs_rollback
