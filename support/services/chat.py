"""Acts about conversations: write, answer by itself, and the 30-second clock (§12(1)2, §12(1)3)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.uploads import CheckedFile
from notifications.services import notify
from orders.models import Order
from providers.services import require_member
from providers.types import Permission
from regulation import registry
from regulation.selectors import rulebook_at
from regulation.services import audit_record, decision_record
from support import reactions, selectors
from support.detection import flag_of
from support.models import AutoReply, ChatMessage, Conversation, ResponseClock
from support.rules import ChatFacts
from support.services.access import require_side
from support.types import Side

LONGEST = 2000


@act
def message_send(
    *, order: Order, side: Side, text: str, file: CheckedFile | None, actor: Actor, now: datetime
) -> ChatMessage:
    """A buyer asks or a provider answers in the conversation of an order.

    A buyer's question starts the 30-second clock of business hours (§12(1)3); a person's answer stops it, an
    automatic reply does not. What a provider writes is looked into for a way out of the market (§14(1), §14(2)) and
    for abuse (§18(7)). Raises InvalidInput for a message that says nothing, OrderNotFound for strangers.
    """
    require_side(order, side, actor)
    text = text.strip()
    if not text and file is None:
        raise InvalidInput(_("Write a message or choose a file."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_("Keep a message within 2,000 characters."), field="text")
    conversation = selectors.conversation_locked(order)
    if conversation is None:
        conversation = Conversation.objects.create(
            order=order, provider_id=order.provider_id, buyer_id=order.buyer_id, opened_at=now, last_at=now
        )
    message = ChatMessage.objects.create(
        conversation=conversation,
        author_id=actor.id,
        side=side,
        text=text,
        file=file.content if file else "",
        file_name=file.name if file else "",
        content_type=file.content_type if file else "",
        flagged=flag_of(text) if side == Side.PROVIDER else "",
        sent_at=now,
    )
    if side == Side.BUYER:
        _ask(conversation, now)
        for person in selectors.people_of(conversation.provider):
            _tell(person, conversation, "chat.asked", f"/console/conversations/{order.number}/", now)
    else:
        _answer(conversation, actor, now)
        _tell(conversation.buyer, conversation, "chat.answered", f"/orders/{order.number}/chat/", now)
    conversation.last_at = now
    conversation.save(update_fields=["last_at", "waiting_since"])
    if message.flagged:
        reactions.flagged(message, now)
    return message


def _ask(conversation: Conversation, now: datetime) -> None:
    if selectors.running_clock(conversation) is not None:
        return
    decision = registry.decide("support.chat_response", ChatFacts(now, None, now), rulebook_at(now))
    reply = selectors.auto_reply_of(conversation.provider)
    automatic = reply is not None and reply.is_on
    ResponseClock.objects.create(
        conversation=conversation,
        provider_id=conversation.provider_id,
        asked_at=now,
        due_at=decision.values["due_at"],
        outcome=decision.outcome,
        had_auto_reply=automatic,
    )
    conversation.waiting_since = now
    if automatic and reply is not None:
        text = "\n".join(part for part in (reply.text_zh, reply.text_en) if part)
        ChatMessage.objects.create(conversation=conversation, side=Side.AUTOMATIC, text=text, sent_at=now)


def _answer(conversation: Conversation, actor: Actor, now: datetime) -> None:
    clock = selectors.running_clock(conversation)
    conversation.waiting_since = None
    if clock is None:
        return
    clock.answered_at = now
    _decide(clock, conversation, actor, now, "chat_answer")


@act
def chat_response_lapse(*, clock_id: int, now: datetime) -> bool:
    """The 30 seconds ended without a person's answer: late, and recorded (§12(1)3). False where it is settled."""
    clock = selectors.clock_locked(clock_id)
    if clock.outcome != "awaiting" or clock.due_at is None or now < clock.due_at:
        return False
    _decide(clock, clock.conversation, SYSTEM, now, "chat_response_lapse")
    return True


def _decide(clock: ResponseClock, conversation: Conversation, actor: Actor, now: datetime, act_name: str) -> None:
    facts = ChatFacts(asked_at=clock.asked_at, answered_at=clock.answered_at, at=now)
    decision = registry.decide("support.chat_response", facts, rulebook_at(clock.asked_at))
    before, clock.outcome = clock.outcome, decision.outcome
    clock.save(update_fields=["answered_at", "outcome"])
    subject = f"order:{conversation.order.number}"
    record = decision_record(decision=decision, facts=facts, subject=subject, now=now)
    audit_record(
        act=act_name,
        actor=actor,
        subject=subject,
        before={"chat": before},
        after={"chat": clock.outcome},
        now=now,
        decision=record,
        chain=f"conversation:{conversation.pk}",
    )


@act
def auto_reply_set(*, provider: Any, text_zh: str, text_en: str, is_on: bool, actor: Actor, now: datetime) -> AutoReply:
    """What a provider's chat answers while nobody is there (§12(1)3). Raises InvalidInput without a text."""
    require_member(actor, provider, Permission.SUPPORT)
    if not text_zh.strip():
        raise InvalidInput(_("Write what your chat answers while you are away."), field="text_zh")
    reply, _made = AutoReply.objects.update_or_create(
        provider=provider,
        defaults={
            "text_zh": text_zh.strip()[:500],
            "text_en": text_en.strip()[:500],
            "is_on": is_on,
            "changed_at": now,
        },
    )
    audit_record(
        act="auto_reply_set",
        actor=actor,
        subject=f"provider:{provider.number}",
        before={},
        after={"on": is_on, "text": reply.text_zh},
        now=now,
    )
    return reply


def _tell(person: Any, conversation: Conversation, kind: str, link: str, now: datetime) -> None:
    notify(
        recipient=person,
        kind=kind,
        subject=f"order:{conversation.order.number}",
        context={"number": conversation.order.number},
        now=now,
        link=link,
    )
