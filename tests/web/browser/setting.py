"""What the pages show beyond the scene of the walk: somebody who has yet to do something, and rows of rarer kinds."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin

from accounts.admin.reviews import ReviewAdmin
from accounts.services import work_claim
from catalog.services import package_add, version_claim, version_open
from core import sweeps
from core.acts import Actor
from core.models import SweepFailure
from notifications.models import CaughtMail
from orders import services as orders
from payments.selectors import intent_of
from payments.services import payment_receive
from providers.services import application_claim, change_report, platform_condition_add
from refunds.services import refund_offer, refund_request
from regulation.services import rulebook_draft_create
from regulation.types import Text
from settlements.services import statement_confirm
from tests.orders.making import (
    SERVICE,
    buy,
    complete_service,
    deliver_product,
    hand_in_all,
    make_shop,
    monthly,
    notice,
    one_off,
    place,
)
from tests.providers.making import Person, make_operator, make_person, start
from tests.web.scene import Scene, make_statement, paper

SECRET = "JBSWY3DPEHPK3PXP"


def complete_scene(scene: Scene, now: datetime) -> Scene:
    """The scene with more people and the rows that pages need."""
    make_people(scene, now)
    make_after(scene, now)
    make_disputes(scene, now)
    make_console(scene, now)
    make_desk(scene, now)
    return scene


def person_of(scene: Scene, role: str) -> Person:
    user = scene.people[role]
    assert user is not None
    return Person(user, "", "")


def check_address(user: Any) -> None:
    """The address of an account counts as checked: signing in asks for no code."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def make_people(scene: Scene, now: datetime) -> None:
    """A newcomer who signs in by code, an applicant, somebody with a second factor, and who is leaving."""
    applicant, guarded, newcomer = make_person(now), make_person(now), make_person(now, verified=False)
    start(applicant, now)
    TOTP.activate(guarded.user, SECRET)
    RecoveryCodes.activate(guarded.user)
    check_address(guarded.user)
    newcomer.user.set_unusable_password()
    newcomer.user.save()
    people: dict[str, Any] = {"newcomer": newcomer.user, "applicant": applicant.user, "guarded": guarded.user}
    scene.people.update(people | {"leaver": scene.things["leaver"].user})


def make_after(scene: Scene, now: datetime) -> None:
    """What comes after a deal: a service that is done, with its claim, review and invoice; orders to be paid."""
    buyer, owner, shop = person_of(scene, "buyer"), scene.things["owner"], scene.things["product"]
    service, _ = make_shop(now, SERVICE, provider=shop.provider, person=owner)
    done = complete_service(buy(service, now, buyer=buyer)[0], owner, buyer, now)
    claim = orders.claim_file(
        order=done, wish="compensation", statement="培训资料有误", amount_asked=Decimal("200.00"), actor=buyer.actor,
        now=now,
    )  # fmt: skip
    claim = orders.claim_answer(claim=claim, answer="已补发资料", actor=owner.actor, now=now)
    orders.claim_escalate(claim=claim, actor=buyer.actor, now=now)
    orders.invoice_request(order=done, heading="买家有限公司", actor=buyer.actor, now=now)
    orders.review_write(order=done, score=4, text="部署顺利", actor=buyer.actor, now=now)
    delivered = deliver_product(buy(shop, now, buyer=buyer)[0], owner, now)
    unpaid, short = place(buyer, shop, now), place(buyer, shop, now)
    intent = intent_of("order", short.number)
    assert intent is not None
    payment_receive(gateway=intent.gateway, notice=notice(intent, now, amount=Decimal("1.00")), now=now)
    scene.names |= {
        "done": done.number,
        "unpaid": unpaid.number,
        "delivered": delivered.number,
        "service": service.slug,
    }


def make_disputes(scene: Scene, now: datetime) -> None:
    """A milestone to accept, an offer to end an order early, and an offer to settle a refund."""
    buyer, owner, shop = person_of(scene, "buyer"), scene.things["owner"], scene.things["product"]
    service, _ = make_shop(now, SERVICE, provider=shop.provider, person=owner)
    handed, early, quarrel = (buy(service, now, buyer=buyer)[0] for _n in range(3))
    hand_in_all(handed, owner, now)
    offer = orders.deduction_offer(
        order=early, amount=Decimal("10.00"), statement="提前结束", actor=buyer.actor, now=now
    )
    refund = refund_request(
        order=quarrel, reason=None, statement="不需要了", claims_loss=False, files=[paper()], actor=buyer.actor, now=now
    )
    settled = refund_offer(refund=refund, amount=Decimal("500.00"), statement="各半", actor=owner.actor, now=now)
    act, target = "do/<{}:name>/", "do/<{}:name>/<int:target>/"
    step = handed.milestones.order_by("position").first()
    scene.names |= {"handed": handed.number, "quarrel": refund.number}
    scene.known += [
        ("orders/<str:number>/" + target.format("str"), {"number": handed.number, "name": "milestone_accept"}),
        ("orders/<str:number>/" + target.format("str"), {"target": step.pk}),
        ("console/orders/<slug:number>/" + act.format("slug"), {"number": scene.names["order"], "name": "deliver"}),
        ("console/orders/<slug:number>/" + target.format("slug"), {"number": early.number, "name": "sign_deduction"}),
        ("console/orders/<slug:number>/" + target.format("slug"), {"target": offer.pk}),
        ("refunds/<str:number>/" + target.format("str"), {"number": refund.number, "name": "sign_offer"}),
        ("refunds/<str:number>/" + target.format("str"), {"target": settled.pk}),
        ("console/refunds/<slug:number>/" + target.format("slug"), {"number": refund.number, "name": "withdraw_offer"}),
        ("console/refunds/<slug:number>/" + target.format("slug"), {"target": settled.pk}),
    ]


def make_console(scene: Scene, now: datetime) -> None:
    """A listing that is being written, with a file, and one with several plans."""
    owner, shop = scene.things["owner"], scene.things["product"]
    written, _ = make_shop(now, provider=shop.provider, person=owner)
    draft = version_open(product=written, actor=owner.actor, now=now)
    package = package_add(version=draft, upload=paper(), name="readme.txt", actor=owner.actor, now=now)
    choice, _ = make_shop(now, provider=shop.provider, person=owner, plans=[one_off("100.00"), monthly("20.00")])
    scene.names |= {"written": written.pk, "choice": choice.slug}
    scene.known += [
        ("console/products/<int:pk>/<slug:section>/", {"pk": written.pk}),
        ("console/products/<int:pk>/packages/", {"pk": written.pk, "package": package.pk}),
    ]


def make_desk(scene: Scene, now: datetime) -> None:
    """What operators have in hand: an item of each queue taken, a draft of the rules, a sweep that ran and one row that
    failed, mail that was caught.
    """
    actor, owner = person_of(scene, "superuser").actor, scene.things["owner"]
    change_report(
        provider=scene.things["provider"], about="contact", changed_on=now.date(), description="电话换了",
        actor=owner.actor, now=now,
    )  # fmt: skip
    text = Text("等级保护", "Security grade")
    platform_condition_add(
        code="grade", title=text, text=text, for_kind="", answered_by="operator", effective_at=now + timedelta(days=1),
        actor=Actor.of(make_operator(now, "marketplace_operations")), now=now,
    )  # fmt: skip
    draft = rulebook_draft_create(note="试改", actor=actor, now=now)
    sweeps.run("orders.guarantee", now)
    SweepFailure.objects.create(sweep="orders.guarantee", row="1", error="timeout", first_at=now, last_at=now)
    mail = CaughtMail.objects.create(
        way="mail", sender="a@example.com", recipient="b@example.com", title="验证码", text="您的验证码是 123456。"
    )
    product, seller = make_shop(now)
    statement = make_statement(product.provider, now)
    statement_confirm(statement=statement, actor=seller.actor, now=now)
    application_claim(application=scene.things["application"], actor=actor, now=now)
    version_claim(version=scene.things["version"], actor=actor, now=now)
    scene.known += [
        ("mailbox/", {"pk": mail.pk}),
        ("admin/regulation/rulebookversion/<path:object_id>/draft", {"object_id": draft.pk}),
        ("admin/settlements/statement/<path:object_id>/approve-operations/", {"object_id": statement.pk}),
    ]
    for model, screen in admin.site._registry.items():
        if isinstance(screen, ReviewAdmin) and (first := screen.waiting().first()) is not None:
            name = model._meta.model_name
            work_claim(queue=screen.queue, item=first.pk, subject=f"{name}:{first.pk}", actor=actor, now=now)
            scene.known.append((f"admin/{model._meta.app_label}/{name}/<path:object_id>/", {"object_id": first.pk}))
