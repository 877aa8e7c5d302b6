"""REST: orders for buyers' and providers' systems."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.acts import Actor
from core.idempotency import IdempotentWrites
from orders import selectors, services
from orders.models import Order
from orders.types import ClaimWish, OrderFilters, OrderState
from payments.selectors import intent_of
from providers.selectors import ProviderNotFound, provider_for, require_permission
from providers.types import Permission

SIZE = 50
READ_WRITE = {"read": "orders:read", "write": "orders:write"}


class OrderTextOutput(serializers.Serializer[Any]):
    """The same words in both languages."""

    zh = serializers.CharField()
    en = serializers.CharField()


class OrderWaitingOutput(serializers.Serializer[Any]):
    """Who owes what by when."""

    who = serializers.CharField()
    what = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    sentence = OrderTextOutput()


class OrderLineOutput(serializers.Serializer[Any]):
    """An order in a list; amounts in yuan."""

    number = serializers.CharField()
    title = OrderTextOutput()
    plan = OrderTextOutput()
    state = serializers.CharField()
    product_class = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    refunded = serializers.DecimalField(max_digits=14, decimal_places=2)
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    waiting = OrderWaitingOutput()


class OrdersOutput(serializers.Serializer[Any]):
    """A page of orders, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OrderLineOutput(many=True)


class OrderMilestoneOutput(serializers.Serializer[Any]):
    """A step of a service."""

    id = serializers.IntegerField(source="pk")
    position = serializers.IntegerField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    state = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    due_at = serializers.DateTimeField(allow_null=True)
    rounds = serializers.IntegerField()


class OrderMoneyOutput(serializers.Serializer[Any]):
    """Where the money of an order is, in yuan."""

    total = serializers.DecimalField(max_digits=14, decimal_places=2)
    with_you = serializers.DecimalField(max_digits=14, decimal_places=2)
    in_escrow = serializers.DecimalField(max_digits=14, decimal_places=2)
    due = serializers.DecimalField(max_digits=14, decimal_places=2)
    settled = serializers.DecimalField(max_digits=14, decimal_places=2)
    paid = serializers.DecimalField(max_digits=14, decimal_places=2)
    fee = serializers.DecimalField(max_digits=14, decimal_places=2)
    returning = serializers.DecimalField(max_digits=14, decimal_places=2)
    returned = serializers.DecimalField(max_digits=14, decimal_places=2)


class OrderOutput(serializers.Serializer[Any]):
    """An order with its clocks, its milestones and where its money is."""

    number = serializers.CharField()
    state = serializers.CharField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    plan_name_zh = serializers.CharField()
    plan_name_en = serializers.CharField()
    product_class = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    refunded = serializers.DecimalField(max_digits=14, decimal_places=2)
    rulebook = serializers.CharField()
    placed_at = serializers.DateTimeField()
    pay_due_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    guarantee_ends_at = serializers.DateTimeField(allow_null=True)
    term_starts_at = serializers.DateTimeField(allow_null=True)
    term_ends_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    warranty_ends_at = serializers.DateTimeField(allow_null=True)
    payment = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()
    money = serializers.SerializerMethodField()
    milestones = serializers.SerializerMethodField()
    acts = serializers.SerializerMethodField()

    def get_payment(self, order: Any) -> str | None:
        """The page on which it is paid, while it waits for the payment."""
        if order.state != OrderState.PLACED:
            return None
        intent = intent_of("order", order.number)
        return None if intent is None else f"/pay/{intent.number}/"

    @extend_schema(responses=OrderWaitingOutput)
    def get_waiting(self, order: Any) -> dict[str, Any]:
        """Who owes what by when."""
        due = selectors.work_due([order]).get(order.pk)
        return OrderWaitingOutput(selectors.waiting_for(order, self.context["now"], work_due_at=due)).data

    def get_money(self, order: Any) -> dict[str, Any]:
        """Where the money is."""
        return OrderMoneyOutput(selectors.money_of(order)).data

    def get_milestones(self, order: Any) -> list[dict[str, Any]]:
        """The steps of a service."""
        return list(OrderMilestoneOutput(order.milestones.order_by("position"), many=True).data)

    def get_acts(self, order: Any) -> list[str]:
        """What the caller may do now."""
        return [one.key for one in selectors.available_acts(order, self.context["user"], self.context["now"])]


class OrderPlaceInput(serializers.Serializer[Any]):
    """What is bought."""

    plan = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=1, default=1)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class OrderDeliverInput(serializers.Serializer[Any]):
    """How the buyer reaches what was bought."""

    access = serializers.CharField(max_length=5000)
    guide = serializers.CharField(max_length=5000, allow_blank=True, default="")


class MilestoneSubmitInput(serializers.Serializer[Any]):
    """What was done; the evidence goes in the parts `files`."""

    statement = serializers.CharField(max_length=5000)
    files = serializers.ListField(child=serializers.FileField(), min_length=1, max_length=10)


class MilestoneReturnInput(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=5000)


class OrderNothingInput(serializers.Serializer[Any]):
    """Nothing has to be said."""


class OrderClaimInput(serializers.Serializer[Any]):
    """What failed under guarantee or warranty."""

    wish = serializers.ChoiceField(choices=[str(one) for one in ClaimWish])
    statement = serializers.CharField(max_length=5000)
    amount_asked = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, default=None, min_value=Decimal("0.01")
    )


class OrderInvoiceInput(serializers.Serializer[Any]):
    """For whom the invoice is made out."""

    heading = serializers.CharField(max_length=120)
    tax_number = serializers.CharField(max_length=30, allow_blank=True, default="")
    email = serializers.EmailField(allow_blank=True, default="")


def shown(order: Order, request: Request, status: int = 200) -> Response:
    """An order as the caller may see it now."""
    now = clock.now()
    found = selectors.order_for(request.user, order.number)
    return Response(OrderOutput(found, context={"now": now, "user": request.user}).data, status=status)


def given(cls: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, checked."""
    read = cls(data=request.data)
    read.is_valid(raise_exception=True)
    values: dict[str, Any] = read.validated_data
    return values


class OrderList(IdempotentWrites, APIView):
    """Your orders as a buyer, or with `side=provider` those of your store."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[
            OpenApiParameter("side", str, enum=["buyer", "provider"]),
            OpenApiParameter("state", str),
            OpenApiParameter("q", str, description="A number or part of a title."),
            OpenApiParameter("attention", bool, description="Only what waits for you."),
            OpenApiParameter("cursor", str),
        ],
        responses=OrdersOutput,
        operation_id="orders_list",
    )
    def get(self, request: Request) -> Response:
        now, asked = clock.now(), request.query_params
        filters = OrderFilters(
            state=asked.get("state", ""),
            text=asked.get("q", ""),
            attention=asked.get("attention", "").lower() in {"1", "true"},
        )
        cursor = asked.get("cursor")
        if asked.get("side") == "provider":
            provider = provider_for(request.user)
            if provider is None:
                raise ProviderNotFound
            require_permission(user=request.user, provider=provider, permission=Permission.ORDERS)
            page = selectors.orders_of_provider(provider, filters, cursor=cursor, size=SIZE, now=now)
        else:
            page = selectors.orders_of_buyer(request.user, filters, cursor=cursor, size=SIZE, now=now)
        results = OrderLineOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})

    @extend_schema(request=OrderPlaceInput, responses={201: OrderOutput})
    def post(self, request: Request) -> Response:
        values = given(OrderPlaceInput, request)
        order = services.order_place(
            buyer=request.user,
            plan_id=values["plan"],
            quantity=values["quantity"],
            note=values["note"],
            actor=Actor.of(request.user),
            now=clock.now(),
        )
        return shown(order, request, 201)


class OrderView(APIView):
    """One order: yours, or of your store."""

    required_scopes = READ_WRITE

    @extend_schema(responses=OrderOutput)
    def get(self, request: Request, number: str) -> Response:
        return shown(selectors.order_for(request.user, number), request)


class OrderActView(IdempotentWrites, APIView):
    """One act on an order; answers with the order as it is then."""

    required_scopes = READ_WRITE
    parser_classes = [JSONParser, MultiPartParser]
    input_class: type[serializers.Serializer[Any]] = OrderNothingInput

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        """Call the act."""
        raise NotImplementedError

    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        order = selectors.order_for(request.user, number)
        values = given(self.input_class, request)
        if pk is not None:
            values = {**values, "milestone": selectors.milestone_of(order, pk)}
        self.run(order, values, Actor.of(request.user), clock.now())
        return shown(order, request)


class OrderCancel(OrderActView):
    """Give an unpaid order up."""

    @extend_schema(request=None, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.order_cancel(order=order, actor=actor, now=now)


class OrderRenew(OrderActView):
    """Renew a subscription; answers with the order that follows it."""

    @extend_schema(request=None, responses={201: OrderOutput})
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        order = selectors.order_for(request.user, number)
        renewal = services.order_renew(order=order, actor=Actor.of(request.user), now=clock.now())
        return shown(renewal, request, 201)


class OrderDeliver(OrderActView):
    """Hand an application or tool over."""

    input_class = OrderDeliverInput

    @extend_schema(request=OrderDeliverInput, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.order_deliver(order=order, actor=actor, now=now, **values)


class OrderConfirm(OrderActView):
    """Confirm that the whole service is complete."""

    @extend_schema(request=None, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.order_confirm(order=order, actor=actor, now=now)


class MilestoneStart(OrderActView):
    """Begin a milestone."""

    @extend_schema(request=None, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number, pk)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.milestone_start(milestone=values["milestone"], actor=actor, now=now)


class MilestoneSubmit(OrderActView):
    """Hand a milestone in, with evidence."""

    input_class = MilestoneSubmitInput

    @extend_schema(request={"multipart/form-data": MilestoneSubmitInput}, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number, pk)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.milestone_submit(actor=actor, now=now, **values)


class MilestoneAccept(OrderActView):
    """Accept a milestone."""

    @extend_schema(request=None, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number, pk)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.milestone_accept(milestone=values["milestone"], actor=actor, now=now)


class MilestoneReturn(OrderActView):
    """Send a milestone back."""

    input_class = MilestoneReturnInput

    @extend_schema(request=MilestoneReturnInput, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number, pk)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.milestone_return(actor=actor, now=now, **values)


class OrderClaim(OrderActView):
    """Claim what guarantee or warranty promise."""

    input_class = OrderClaimInput

    @extend_schema(request=OrderClaimInput, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.claim_file(order=order, actor=actor, now=now, **values)


class OrderInvoice(OrderActView):
    """Ask for an invoice."""

    input_class = OrderInvoiceInput

    @extend_schema(request=OrderInvoiceInput, responses=OrderOutput)
    def post(self, request: Request, number: str, pk: int | None = None) -> Response:
        return super().post(request, number)

    def run(self, order: Order, values: dict[str, Any], actor: Actor, now: Any) -> object:
        return services.invoice_request(order=order, actor=actor, now=now, **values)
