"""Complaints and cases of the demo, in every state: answered or not, upheld or dismissed, found, appealed (§18(16) to §20)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from catalog.models import Product
from core.acts import Actor
from orders.models import Order
from violations import services
from violations.models import Case, Complaint, Finding
from violations.types import CaseSource
from web.demo.market import Market, Scene, proof, provider_of
from web.demo.people import Seller

Hours = float
OnCase = Callable[[Case, datetime], None]
OnFinding = Callable[[Finding, datetime], None]


class Conduct:
    """Brings complaints and cases about; each takes the course that its caller names."""

    def __init__(self, market: Market) -> None:
        self.market, self.story = market, market.story
        self.operations = market.cast.operator("operations")
        self.second = market.cast.operator("rulebook2")
        self.arbitration = market.cast.operator("arbitration")

    def complaint(
        self, seller: Seller, buyer: User, words: str, *, before: timedelta,
        then: Callable[[Complaint, datetime], None] | None = None, files: tuple[tuple[str, str], ...] = (),
    ) -> Scene:  # fmt: skip
        """A buyer complains of an order so long before now."""

        def scene(order: Order, _now: datetime) -> None:
            def file(t: datetime) -> None:
                made = services.complaint_file(
                    complainant=buyer,
                    provider=provider_of(seller),
                    order=order,
                    product=Product.objects.get(pk=order.product_id),
                    statement=words,
                    conduct_on=t.date() - timedelta(days=1),
                    code="",
                    evidence=[proof(*file) for file in files],
                    actor=Actor.of(buyer),
                    now=t,
                )
                if then is not None:
                    then(made, t)

            self.story.at(self.story.now - before, file)

        return scene

    def answered(
        self,
        seller: Seller,
        words: str,
        *,
        minutes: int = 17,
        then: Callable[[Complaint, datetime], None] | None = None,
    ) -> Callable[[Complaint, datetime], None]:
        """The provider answers a complaint after so many minutes."""

        def course(made: Complaint, now: datetime) -> None:
            def respond(t: datetime) -> None:
                services.complaint_respond(complaint=made, response=words, evidence=[], actor=seller.actor, now=t)
                if then is not None:
                    then(made, t)

            self.story.at(now + timedelta(minutes=minutes), respond)

        return course

    def dismissed(self, reason: str, *, hours: Hours) -> Callable[[Complaint, datetime], None]:
        """An operator finds a complaint unfounded so many hours later."""

        def dismiss(made: Complaint, t: datetime) -> None:
            services.complaint_dismiss(complaint=made, reason=reason, actor=self.second, now=t)

        return lambda made, now: self.story.at(now + timedelta(hours=hours), lambda t: dismiss(made, t))

    def withdrawn(self, buyer: User, *, hours: Hours) -> Callable[[Complaint, datetime], None]:
        """The buyer takes a complaint back."""

        def withdraw(made: Complaint, t: datetime) -> None:
            services.complaint_withdraw(complaint=made, actor=Actor.of(buyer), now=t)

        return lambda made, now: self.story.at(now + timedelta(hours=hours), lambda t: withdraw(made, t))

    def upheld(
        self, code: str, reason: str, *, hours: Hours, then: OnCase | None = None
    ) -> Callable[[Complaint, datetime], None]:
        """An operator upholds a complaint so many hours later: its case is open."""

        def uphold(made: Complaint, t: datetime) -> None:
            services.complaint_uphold(
                complaint=made, code=code, occurred_at=made.filed_at, reason=reason, actor=self.operations, now=t
            )
            if then is not None:
                then(Case.objects.get(complaint=made), t)

        return lambda made, now: self.story.at(now + timedelta(hours=hours), lambda t: uphold(made, t))

    def case(
        self, seller: Seller, code: str, statement: str, *, before: timedelta, product: str = "",
        then: OnCase | None = None,
    ) -> None:  # fmt: skip
        """An operator opens a case so long before now."""

        def open_(t: datetime) -> None:
            found: Any = self.market.listed.get(product)
            opened = services.case_open(
                provider=provider_of(seller),
                code=code,
                occurred_at=t - timedelta(hours=20),
                statement=statement,
                source=CaseSource.OPERATOR,
                event=f"patrol:{seller.text.key}:{code}:{t:%Y%m%d}",
                product=Product.objects.get(pk=found.product.pk) if found else None,
                order=None,
                complaint=None,
                actor=self.operations,
                now=t,
            )
            if then is not None:
                then(opened, t)

        self.story.at(self.story.now - before, open_)

    def heard(self, seller: Seller, words: str, *, hours: Hours = 6, then: OnCase | None = None) -> OnCase:
        """The provider speaks in its case and needs no more time."""

        def hear(case: Case, t: datetime) -> None:
            services.case_statement_add(case=case, text=words, evidence=[], side="provider", actor=seller.actor, now=t)
            services.case_hearing_close(case=case, actor=seller.actor, now=t + timedelta(minutes=4))
            if then is not None:
                then(case, t)

        return lambda case, now: self.story.at(now + timedelta(hours=hours), lambda t: hear(case, t))

    def spoken(self, seller: Seller, words: str, *, hours: Hours = 2) -> OnCase:
        """The provider speaks in its case and has time left."""

        def speak(case: Case, t: datetime) -> None:
            services.case_statement_add(
                case=case, text=words, evidence=[proof("说明", words)], side="provider", actor=seller.actor, now=t
            )

        return lambda case, now: self.story.at(now + timedelta(hours=hours), lambda t: speak(case, t))

    def found(self, reason: str, *, hours: Hours = 20, then: OnFinding | None = None) -> OnCase:
        """An operator finds the violation, under the row that the case was opened for."""

        def find(case: Case, t: datetime) -> None:
            finding = services.case_find(
                case=case, code=case.code, compensation=None, reason=reason, actor=self.operations, now=t
            )
            if then is not None:
                then(finding, t)

        return lambda case, now: self.story.at(now + timedelta(hours=hours), lambda t: find(case, t))

    def appealed(
        self, seller: Seller, words: str, *, hours: Hours = 16, allowed: str = "", rejected: str = ""
    ) -> OnFinding:
        """The provider appeals; another operator allows or rejects it a day later, or has not looked at it yet."""

        def appeal(finding: Finding, t: datetime) -> None:
            made = services.appeal_file(finding=finding, statement=words, actor=seller.actor, now=t)
            later = t + timedelta(hours=22)
            if allowed:
                self.story.at(later, lambda u: services.appeal_allow(appeal=made, reason=allowed, actor=self.arbitration, now=u))  # fmt: skip
            elif rejected:
                self.story.at(later, lambda u: services.appeal_reject(appeal=made, reason=rejected, actor=self.arbitration, now=u))  # fmt: skip

        return lambda finding, now: self.story.at(now + timedelta(hours=hours), lambda t: appeal(finding, t))
