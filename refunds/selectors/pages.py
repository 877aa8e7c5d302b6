"""What pages and REST draw of refunds: previews, lists, the room, the panel."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from catalog.types import ProductClass
from core.pages import Page, keyset_page
from core.periods import beijing_date, end_of_days, start_of_day
from orders.models import Order
from orders.selectors import called, team_permissions
from orders.types import OrderState, TimelineEvent, TimelineFile
from providers.models import Provider
from providers.selectors import store_cards
from providers.types import Permission
from refunds.facts import entitled, facts_judged, facts_of, wanted
from refunds.models import RefundFile, RefundFunding, RefundMessage, RefundOffer, RefundRequest
from refunds.rules import Reason
from refunds.selectors.access import UNANSWERED, is_arbitrator, of_provider
from refunds.types import (
    MOVING,
    OPEN,
    AvailableAct,
    Later,
    OfferState,
    RefundAct,
    RefundFilters,
    RefundLine,
    RefundPreview,
    RefundState,
    RoomMessage,
    Side,
    Waiting,
)
from regulation.models import AuditRecord
from regulation.selectors import rulebook_for
from regulation.types import Decision, Text, moment, moment_of_end

SIZE = 20
TITLES = {
    "refunds.request": Text("买家申请退款", "Refund asked for"),
    "refunds.refuse": Text("不予退款", "Refund not granted"),
    "refunds.accept": Text("服务商同意退款", "Accepted by the provider"),
    "refunds.dispute": Text("服务商不同意退款", "Disputed by the provider"),
    "refunds.offer": Text("提出和解金额", "Amount offered"),
    "refunds.offer_decline": Text("和解金额被拒绝", "Offer declined"),
    "refunds.offer_withdraw": Text("和解金额撤回", "Offer taken back"),
    "refunds.agree": Text("双方签署退款金额", "Both signed for an amount"),
    "refunds.escalate": Text("转交平台处理", "Brought to the platform"),
    "refunds.decide": Text("退款决定", "Refund decided"),
    "refunds.withdraw": Text("买家撤回申请", "Taken back by the buyer"),
    "refunds.pay_back": Text("退款已发出", "Sent back to the buyer"),
    "refunds.arrive": Text("退款到账", "Arrived at the buyer"),
}


def refund_preview(order: Order, reason: Reason | None, now: datetime) -> RefundPreview:
    """What a refund would bring if asked for now, and what if the buyer waits past the next boundary. Writes nothing.

    The boundaries: the end of an application's guarantee, the confirmation of a service, the next day of a
    subscription. A reason is
    shown as if it were upheld in what comes later.
    """
    facts = facts_of(order, requested_at=now, reason=reason)
    decision, terms = entitled(order, facts)
    rulebook = rulebook_for(now, terms)
    later: list[Later] = []
    if order.product_class == ProductClass.APPLICATION and order.in_guarantee(now):
        ends = order.guarantee_ends_at
        assert ends is not None
        end = moment_of_end(ends)
        why = Text(f"担保期于 {end.zh} 结束之后", f"After {end.en}, when the guarantee is over")
        later.append(Later(ends, why, _upheld(order, ends, reason)))
    elif order.is_service and order.in_guarantee(now):
        confirmed = facts_of(order, requested_at=now, reason=reason, reason_upheld=reason is not None)
        after_confirming = entitled(order, _confirmed(confirmed, now))[0]
        later.append(
            Later(None, Text("您确认服务完成之后", "Once you have confirmed the service complete"), after_confirming)
        )
    elif reason is not None:
        later.append(Later(None, Text("理由成立时", "If the reason is upheld"), _upheld(order, now, reason)))
        if order.term_ends_at is not None and now < order.term_ends_at:
            tomorrow = start_of_day(beijing_date(end_of_days(now, 0)))
            later.append(
                Later(
                    tomorrow,
                    Text(
                        f"{moment(tomorrow)} 之后提出且理由成立时", f"If asked for after {moment(tomorrow)} and upheld"
                    ),
                    _upheld(order, tomorrow, reason),
                )
            )
    negotiated = decision.outcome == "needs_finding" or (order.is_service and order.in_guarantee(now))
    return RefundPreview(
        now=decision,
        left=order.left,
        later=tuple(later),
        negotiated=negotiated,
        reply_hours=rulebook.parameter("refund.reply_hours"),
        negotiation_days=rulebook.parameter("refund.negotiation_days"),
    )


def _confirmed(facts: Any, at: datetime) -> Any:
    return replace(facts, confirmed_at=at)


def _upheld(order: Order, at: datetime, reason: Reason | None) -> Any:
    return entitled(order, facts_of(order, requested_at=at, reason=reason, reason_upheld=reason is not None))[0]


def available_acts(refund: RefundRequest, user: Any, now: datetime) -> list[AvailableAct]:
    """What somebody may do on a refund now, in the order in which buttons are drawn. Three queries at most."""
    if refund.state not in {RefundState.NEGOTIATING, RefundState.ESCALATED}:
        return []
    order = refund.order
    buyer = user.pk == refund.buyer_id
    team = not buyer and Permission.REFUNDS in team_permissions(order, user)
    acts: list[AvailableAct] = []
    if buyer or team:
        offer = RefundOffer.objects.filter(refund=refund, state=OfferState.OFFERED).first()
        side = Side.BUYER if buyer else Side.PROVIDER
        if team:
            acts.append(AvailableAct(RefundAct.ACCEPT))
            if refund.replied_at is None:
                acts.append(AvailableAct(RefundAct.DISPUTE))
        if offer is not None and offer.side != side:
            acts += [
                AvailableAct(RefundAct.SIGN_OFFER, offer.pk),
                AvailableAct(RefundAct.DECLINE_OFFER, offer.pk),
            ]
        elif offer is not None:
            acts.append(AvailableAct(RefundAct.WITHDRAW_OFFER, offer.pk))
        acts.append(AvailableAct(RefundAct.OFFER))
        if refund.state == RefundState.NEGOTIATING:
            acts.append(AvailableAct(RefundAct.ESCALATE))
        acts.append(AvailableAct(RefundAct.SAY))
        if buyer:
            acts.append(AvailableAct(RefundAct.WITHDRAW))
    if is_arbitrator(user) and not buyer:
        if refund.in_guarantee:
            acts.append(AvailableAct(RefundAct.DECIDE_IN_FULL))
        elif refund.state == RefundState.ESCALATED:
            acts.append(AvailableAct(RefundAct.FIND))
        acts.append(AvailableAct(RefundAct.SAY))
    return list(dict.fromkeys(acts))


def if_accepted(refund: RefundRequest) -> tuple[Decision, Decimal]:
    """What a request comes to when its provider agrees: the decision, and what is paid back (yuan) (§17(1), §17(2))."""
    facts = facts_judged(refund.order, refund, upheld=bool(refund.reason), caused_loss=refund.claims_loss)
    decision = entitled(refund.order, facts)[0]
    return decision, wanted(refund, decision.values["amount"])


def waiting_for(refund: RefundRequest, now: datetime, reader: str = "") -> Waiting:
    """Who owes what by when on a refund, said to a reader of one side, from its own columns (no query)."""
    state = refund.state
    if state == RefundState.NEGOTIATING:
        if refund.replied_at is None:
            due = refund.reply_due_at
            assert due is not None
            end, provider = moment_of_end(due), called(Side.PROVIDER, reader)
            return Waiting(
                Side.PROVIDER, "reply", due,
                Text(f"等待{provider.zh}回复，最晚 {end.zh}。", f"Waiting for {provider.en}, by {end.en}."),
            )  # fmt: skip
        due = refund.decide_due_at
        assert due is not None
        end = moment_of_end(due)
        return Waiting(
            "", "agree", due,
            Text(f"双方协商中，{end.zh} 前未达成一致由平台决定。", f"Being negotiated; without agreement "
            f"by {end.en} the platform decides."),
        )  # fmt: skip
    if state == RefundState.ESCALATED:
        due = refund.decide_due_at if refund.in_guarantee else None
        if due is not None:
            end = moment_of_end(due)
            words = Text(
                f"等待平台决定，最晚 {end.zh} 全额退款。",
                f"Waiting for the platform; by {end.en} at the latest the full price goes back.",
            )
        else:
            words = Text("等待平台认定理由是否成立。", "Waiting for the platform to find whether the reason holds.")
        return Waiting(Side.PLATFORM, "decide", due, words)
    if state in MOVING:
        return Waiting(
            Side.PLATFORM, "pay_back", None, Text("退款正在原路退回。", "The money is on its way back the way it came.")
        )
    buyer = called(Side.BUYER, reader)
    words_by_state = {
        RefundState.PAID_BACK: Text("退款已到账。", "The money has arrived."),
        RefundState.REFUSED: Text("按规则不予退款。", "Not refunded, by the rules."),
        RefundState.WITHDRAWN: Text(f"{buyer.zh}已撤回申请。", f"Taken back by {buyer.en}."),
    }
    return Waiting("", str(state), None, words_by_state.get(RefundState(state), Text("处理中。", "Being worked on.")))


def refunds_of_buyer(
    user: Any, filters: RefundFilters | None = None, *, cursor: str | None = None, size: int = SIZE, now: datetime
) -> Page:
    """Somebody's refunds as lines, newest first: two queries."""
    return _lines(RefundRequest.objects.filter(buyer=user), filters or RefundFilters(), cursor, size, now, Side.BUYER)


def refunds_of_provider(
    provider: Provider,
    filters: RefundFilters | None = None,
    *,
    cursor: str | None = None,
    size: int = SIZE,
    now: datetime,
) -> Page:
    """The refunds of what a provider sells or performs as lines, newest first: two queries. Those that wait for its
    answer come in the order of their clocks.
    """
    mine = RefundRequest.objects.filter(of_provider(provider))
    return _lines(mine, filters or RefundFilters(), cursor, size, now, Side.PROVIDER)


def _lines(
    found: "QuerySet[RefundRequest]",
    filters: RefundFilters,
    cursor: str | None,
    size: int,
    now: datetime,
    reader: Side,
) -> Page:
    if filters.open_only:
        found = found.filter(state__in=sorted(OPEN | MOVING))
    if filters.attention:
        found = found.filter(UNANSWERED)
    if filters.state in set(RefundState):
        found = found.filter(state=filters.state)
    text = filters.text.strip()
    if text:
        found = found.filter(Q(number__iexact=text) | Q(order__number__iexact=text))
    rows = found.select_related("order", "buyer").defer("order__terms")
    order_by = ["reply_due_at", "id"] if filters.attention else ["-id"]
    page = keyset_page(rows, order_by=order_by, cursor=cursor, size=size)
    stores = store_cards({refund.provider_id for refund in page.items})
    lines = []
    for refund in page.items:
        store = stores.get(refund.provider_id)
        order = refund.order
        lines.append(
            RefundLine(
                number=refund.number,
                order=order.number,
                title=Text(order.title_zh, order.title_en or order.title_zh),
                state=str(refund.state),
                reason=refund.reason,
                amount=refund.amount,
                amount_asked=refund.amount_asked,
                requested_at=refund.requested_at,
                waiting=waiting_for(refund, now, reader),
                store=Text(store.name_zh, store.name_en) if store else Text("", ""),
                buyer=str(refund.buyer),
            )
        )
    return Page(lines, page.next_cursor, page.previous_cursor)


def room_of(refund: RefundRequest) -> list[RoomMessage]:
    """What was said in the room, oldest first, with files. Two queries."""
    files: dict[int | None, list[TimelineFile]] = {}
    for found in RefundFile.objects.filter(refund=refund).order_by("id"):
        files.setdefault(found.message_id, []).append(
            TimelineFile(found.name, f"/refunds/files/{found.pk}/", found.content_type, found.size)
        )
    messages = RefundMessage.objects.filter(refund=refund).select_related("author").order_by("id")
    room = [
        RoomMessage(one.said_at, str(one.side), str(one.author), one.text, tuple(files.get(one.pk, ())))
        for one in messages
    ]
    if refund.origin == "buyer" and (refund.statement or None in files):
        first = RoomMessage(
            refund.requested_at, str(Side.BUYER), str(refund.buyer), refund.statement, tuple(files.get(None, ()))
        )
        room.insert(0, first)
    return room


@dataclass(frozen=True, slots=True)
class RefundDetail:
    """Everything that a refund's page shows."""

    refund: RefundRequest
    order: Order
    side: str
    waiting: Waiting
    acts: list[AvailableAct]
    room: list[RoomMessage]
    offers: list[RefundOffer]
    fundings: list[RefundFunding]
    timeline: list[TimelineEvent]
    upheld: Any

    @property
    def readers_turn(self) -> bool:
        """Whether the reader is the one to act: waited for, or asked to agree to an offer."""
        return self.waiting.who == self.side or any(one.act == RefundAct.SIGN_OFFER for one in self.acts)

    @property
    def statement_in_room(self) -> bool:
        """Whether the room opens with what the buyer said, so that it need not be said again."""
        return self.refund.origin == "buyer"


def refund_detail(refund: RefundRequest, user: Any, now: datetime) -> RefundDetail:
    """A refund's page for one reader, in a fixed number of queries.

    `upheld` is what the request would come to if its reason were upheld, while that is open.
    """
    order = refund.order
    if user.pk == refund.buyer_id:
        side = "buyer"
    elif team_permissions(order, user):
        side = "provider"
    else:
        side = "platform" if user.is_operator else ""
    upheld = None
    if refund.is_open and refund.reason and not refund.in_guarantee:
        upheld = if_accepted(refund)[0]
    return RefundDetail(
        refund=refund,
        order=order,
        side=side,
        waiting=waiting_for(refund, now, side),
        acts=available_acts(refund, user, now),
        room=room_of(refund),
        offers=list(refund.offers.all()),
        fundings=list(refund.fundings.all()),
        timeline=timeline_of_refund(refund),
        upheld=upheld,
    )


def timeline_of_refund(refund: RefundRequest) -> list[TimelineEvent]:
    """Everything that happened to a refund, oldest first; what was asked for is told in its room. One query."""
    events = _events({refund.subject: refund})
    return [replace(event, text="") if event.kind == "refunds.request" else event for event in events]


def timeline_of_order(order: Order) -> list[TimelineEvent]:
    """What the refunds of an order add to its timeline. Two queries."""
    refunds = {refund.subject: refund for refund in RefundRequest.objects.filter(order=order)}
    return _events(refunds) if refunds else []


def _events(refunds: dict[str, RefundRequest]) -> list[TimelineEvent]:
    records = AuditRecord.objects.filter(subject__in=list(refunds), act__in=list(TITLES)).select_related("decision")
    return [_event(record, refunds[record.subject]) for record in records.order_by("id")]


def _event(record: AuditRecord, refund: RefundRequest) -> TimelineEvent:
    after = record.after
    moved = record.act in {"refunds.pay_back", "refunds.arrive"}
    reason = after.get("reason") if isinstance(after.get("reason"), str) else ""
    return TimelineEvent(
        at=record.at,
        kind=record.act,
        title=TITLES[record.act],
        actor=record.actor_name,
        actor_kind=record.actor_kind,
        text=str(after.get("statement") or (reason if record.act != "refunds.request" else "") or ""),
        clauses=tuple(record.decision.clauses) if record.decision is not None else (),
        amount=refund.amount if moved else None,
        refund=refund.number,
        decision=record.decision,
        values=after,
        position=record.pk,
    )


def refund_possible(order: Order) -> bool:
    """Whether the refund page has anything to offer for an order."""
    return order.state in {OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED} and (
        order.left > 0
    )
