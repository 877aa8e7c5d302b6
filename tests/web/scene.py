"""One small market, made by the acts, with something of every kind that an address can name."""

import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from accounts import services as accounts
from accounts.models import User
from core.models import OutboxMessage
from core.uploads import EVIDENCE, checked_upload
from notifications.models import Message
from orders.models import OrderFile
from payments.selectors import intent_of
from providers import services as providers
from refunds.models import RefundFile
from refunds.services import refund_request
from regulation.selectors import rulebook_at
from settlements.services import statement_issue
from support.services import message_send, ticket_open
from support.types import Side, TicketKind
from tests.orders.making import APPLICATION, SERVICE, buy, hand_in_all, make_shop
from tests.providers.making import Person, make_operator, make_person
from tests.settlements.making import earn
from tests.web.matters import make_announcements, make_cases, make_claims, make_exits, make_queues
from violations.services import complaint_file

ROLES = (
    "signed out",
    "buyer",
    "owner",
    "manager",
    "support",
    "finance staff",
    "another provider",
    "marketplace_operations",
    "finance",
    "arbitration",
    "rulebook",
    "audit",
    "superuser",
)


@dataclass
class Scene:
    """Who walks, and what there is."""

    people: dict[str, User | None]
    known: list[tuple[str, dict[str, Any]]]
    names: dict[str, Any]
    queries: dict[str, str]
    things: dict[str, Any]
    token: str


def paper(text: str = "截图说明") -> io.BytesIO:
    out = io.BytesIO(text.encode())
    out.name = "evidence.txt"
    return out


def join(provider: Any, owner: Person, role: str, now: datetime) -> User:
    """Somebody who was invited and came."""
    guest = make_person(now)
    providers.staff_invite(provider=provider, email=guest.user.email, role=role, actor=owner.actor, now=now)
    text = OutboxMessage.objects.filter(topic="accounts.mail").order_by("-pk")[0].payload["text"]
    found = re.search(r"/join/([\w-]+)/", text)
    assert found
    providers.invitation_accept(secret=found[1], user=guest.user, actor=guest.actor, now=now)
    return guest.user


def superuser(now: datetime) -> User:
    user = make_operator(now, "audit")
    user.is_superuser = user.is_staff = True
    user.groups.clear()
    user.save()
    return User.objects.get(pk=user.pk)


def make_statement(provider: Any, now: datetime) -> Any:
    """A statement over something earned before, waiting for the provider."""
    earn(provider=provider, amount="300.00", fee="15.00", at=now - timedelta(days=9))
    statement = statement_issue(provider_id=provider.pk, now=now)
    assert statement is not None
    return statement


def content_type(thing: Any) -> int:
    return ContentType.objects.get_for_model(thing).pk


def make_scene(now: datetime) -> Scene:
    call_command("rulebook_load")
    product, owner = make_shop(now, APPLICATION)
    service, _ = make_shop(now, SERVICE, provider=product.provider, person=owner)
    other_product, other = make_shop(now, APPLICATION)
    order, buyer = buy(product, now)
    work, _ = buy(service, now, buyer=buyer)
    hand_in_all(work, owner, now)
    refund = refund_request(
        order=work, reason=None, statement="不需要了", claims_loss=False, files=[paper()], actor=buyer.actor, now=now
    )
    statement = make_statement(product.provider, now)
    operator = make_operator(now, "marketplace_operations", "arbitration")
    looked = checked_upload(paper(), name="evidence.txt", kinds=EVIDENCE, field="files")
    complaint = complaint_file(
        complainant=buyer.user, provider=product.provider, order=order, product=product,
        statement="付款后要求另外转账。", conduct_on=now.date(), code="", evidence=[looked],
        actor=buyer.actor, now=now,
    )  # fmt: skip
    second = make_operator(now, "marketplace_operations")
    things = make_cases(product, order, owner, operator, now)
    things |= make_exits(operator, second, buyer, now)
    things |= make_claims(product, order, owner, (other_product, other), buyer, operator, looked, now)
    things |= make_queues(product.provider, owner, now)
    things |= make_announcements(second, now)
    things |= {"order": order, "work": work, "product": product, "provider": product.provider, "owner": owner}
    things |= {"complaint": complaint, "refund": refund, "statement": statement, "operator": operator, "second": second}
    case = things["hearing"]
    kept = checked_upload(paper(), name="evidence.txt", kinds=EVIDENCE, field="file")
    said = message_send(order=order, side=Side.BUYER, text="您好", file=kept, actor=buyer.actor, now=now)
    ticket = ticket_open(
        order=order, kind=TicketKind.QUESTION, title="无法登录", text="打不开", file=kept, actor=buyer.actor, now=now
    )
    token, secret = accounts.token_create(
        user=buyer.user, name="脚本", scopes=["account:read"], expires_at=now + timedelta(days=9), actor=buyer.actor,
        now=now,
    )  # fmt: skip
    intent = intent_of("order", order.number)
    people: dict[str, User | None] = {
        "signed out": None,
        "buyer": buyer.user,
        "owner": owner.user,
        "manager": join(product.provider, owner, "manager", now),
        "support": join(product.provider, owner, "support", now),
        "finance staff": join(product.provider, owner, "finance", now),
        "another provider": other.user,
        **{role: make_operator(now, role) for role in ROLES[7:12]},
        "superuser": superuser(now),
    }
    assert set(people) == set(ROLES)
    number = {"number": order.number, "order_number": order.number}
    version, package = product.live_version, things["package"]
    rulebook = version_name(now)
    known: list[tuple[str, dict[str, Any]]] = [
        ("", {**number, "slug": product.slug, "pk": 0, "citation": "17(4)2", "version": rulebook, "newer": rulebook}),
        ("account/tokens/", {"pk": token.pk}),
        ("admin/<app_label>/", {"app_label": "orders"}),
        ("admin/r/", {"content_type_id": content_type(product), "object_id": product.pk}),
        ("admin/<url>", {"url": "nothing-here/"}),
        ("accounts/", {"provider_id": "none"}),
        ("admin/catalog/productversion/", {"object_id": things["version"].pk}),
        ("admin/notifications/announcement/", {"object_id": things["draft"].pk}),
        ("admin/providers/application/", {"object_id": things["application"].pk}),
        ("admin/violations/takedown/", {"pk": things["takedown"].pk, "file": things["takedown"].files.all()[0].pk}),
        ("admin/violations/complaint/evidence/", {"pk": complaint.evidence.all()[0].pk}),
        ("announcements/", {"pk": things["announcement"].pk}),
        ("api/v1/catalog/own/", {"product_id": product.pk, "version_id": version.pk}),
        ("api/v1/deposits/", {"pk": 1}),
        ("api/v1/ledger/", {"path": f"escrow:order:{order.number}"}),
        ("api/v1/notifications/", {"pk": Message.objects.filter(recipient=buyer.user)[0].pk}),
        ("api/v1/orders/<str:number>/milestones/", {"number": work.number, "pk": work.milestones.all()[0].pk}),
        ("api/v1/payments/", {"number": intent.number}),
        ("api/v1/refunds/", {"number": refund.number, "pk": 1}),
        ("api/v1/refunds/preview/", {"number": order.number}),
        ("api/v1/regulation/decisions/", {"rule": "refund.entitlement"}),
        ("api/v1/settlements/", {"number": statement.number}),
        ("c/", {"slug": APPLICATION}),
        ("complaints/", {"number": complaint.number, "pk": complaint.evidence.all()[0].pk}),
        ("console/application/", {"section": "subject", "name": "submit"}),
        ("console/application/part/", {"name": "attest"}),
        ("console/complaints/", {"number": complaint.number, "pk": complaint.evidence.all()[0].pk}),
        ("console/conversations/", {"pk": said.pk}),
        ("console/defects/", {"number": things["asked"].number, "name": "disclose"}),
        ("console/infringement/", {"number": things["takedown"].number, "pk": things["owed"].pk}),
        ("console/infringement/<slug:number>/files/", {"pk": things["takedown"].files.all()[0].pk}),
        ("console/promotions/", {"number": things["campaign"].number}),
        ("console/agreements/", {"name": "text", "pk": product.provider.agreements.all()[0].text_id}),
        ("console/documents/", {"name": "change"}),
        ("console/documents/part/", {"name": "send"}),
        ("console/leaving/", {"name": "request"}),
        ("console/orders/", {"number": work.number, "name": "deliver", "target": 1}),
        ("console/products/", {"pk": product.pk, "section": "basics", "name": "open", "part": "plans"}),
        ("console/products/<int:pk>/packages/<", {"pk": package.version.product_id, "package": package.pk}),
        ("console/products/<int:pk>/plans/", {"plan": version.plans.all()[0].pk, "name": "stop"}),
        ("console/products/<int:pk>/versions/", {"number": version.number}),
        ("console/refunds/", {"number": refund.number, "name": "accept", "target": 1}),
        ("console/standing/", {"number": case.number, "name": "speak", "pk": case.evidence.all()[0].pk}),
        ("console/statements/", {"number": statement.number, "name": "confirm", "kind": "csv"}),
        ("console/store/", {"name": "edit"}),
        ("console/team/", {"name": "invite", "pk": 1, "secret": "wrong"}),
        ("console/tickets/", {"number": ticket.number, "pk": ticket.messages.all()[0].pk}),
        ("covers/", {"product_id": product.pk, "name": cover_name(version)}),
        ("infringement/", {"number": things["takedown"].number, "pk": things["takedown"].files.all()[0].pk}),
        ("mailbox/", {"pk": 1}),
        ("messages/", {"pk": Message.objects.filter(recipient=buyer.user)[0].pk}),
        ("oidc/", {"provider_id": "none"}),
        ("orders/", {"name": "ask_invoice", "target": 1, "ticket_number": ticket.number, "pk": 1}),
        ("orders/files/", {"pk": OrderFile.objects.filter(order=work)[0].pk}),
        ("orders/<str:number>/chat/", {"pk": said.pk}),
        ("orders/<str:number>/remedy/", {"number": things["offered"].order.number, "name": "accept"}),
        ("orders/<str:number>/tickets/", {"name": "close", "pk": ticket.messages.all()[0].pk}),
        ("orders/<str:number>/leaving/", {"number": things["subscription"].number, "name": "refund"}),
        ("p/<slug:slug>/<slug:part>/", {"part": "plans"}),
        ("papers/", {"pk": product.provider.documents.all()[0].pk}),
        ("pay/", {"number": intent.number}),
        ("payments/callbacks/", {"gateway": "sandbox"}),
        ("refunds/", {"number": refund.number, "name": "withdraw", "target": 1}),
        ("refunds/files/", {"pk": refund_file(refund)}),
        ("rules/versions/", {"name": rulebook}),
        ("rules/decisions/", {"name": "refund.entitlement"}),
        ("s/", {"slug": product.provider.store.slug}),
        ("sandbox-gateway/", {"token": "wrong", "day": "2026-03-01"}),
        ("stores/", {"slug": product.provider.store.slug, "sha": "wrong"}),
        ("styleguide/", {"name": "money"}),
    ]
    names = {
        "category": APPLICATION,
        "slug": product.slug,
        "store": product.provider.store.slug,
        "order": order.number,
        "work": work.number,
        "ticket": ticket.number,
        "refund": refund.number,
        "plan": version.plans.all()[0].pk,
        "intent": intent.number,
        "complaint": complaint.number,
        "case": case.number,
        "product": product.pk,
        "statement": statement.number,
        "subscription": things["subscription"].number,
    }
    return Scene(people, known, names, {"checkout/": f"?plan={names['plan']}"}, things | {"ticket": ticket}, secret)


def version_name(now: datetime) -> str:
    return rulebook_at(now).version


def cover_name(version: Any) -> str:
    """The picture of a cover as its address names it."""
    return str(version.cover).rsplit("/", 1)[-1]


def refund_file(refund: Any) -> int:
    return RefundFile.objects.filter(refund=refund)[0].pk
