"""Products on the operators' desk: what hides them, and taking them down."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_DISPUTES
from catalog import selectors, services
from catalog.admin.forms import LiftForm, RestrictForm, WhyForm
from catalog.models import Product
from catalog.types import DelistReason, ProductState
from core import clock
from core.acts import Actor


@admin.register(Product)
class ProductAdmin(ActAdmin):
    """Every product, with its place in the market."""

    seen_by = SEE_DISPUTES
    list_display = ["name", "provider", "category", "shown_state", "listed_at", "last_sale_at", "zero_sales_due_at"]
    list_filter = ["state", "off_reason", "category__product_class"]
    list_select_related = ["provider", "category", "live_version"]
    search_fields = ["=slug", "live_version__title_zh", "live_version__title_en", "=provider__number"]
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50
    actions_detail = ["take_down", "delist", "restrict", "lift"]

    @display(description=_("product"))
    def name(self, product: Product) -> str:
        return product.live_version.title if product.live_version else product.slug

    @display(
        description=_("state"),
        label={
            ProductState.DRAFT: "",
            ProductState.ON_SALE: "success",
            ProductState.TAKEN_DOWN: "danger",
            ProductState.DELISTED: "warning",
        },
    )
    def shown_state(self, product: Product) -> tuple[str, str]:
        return product.state, str(product.get_state_display())

    def _in(self, request: HttpRequest, object_id: Any, *states: str) -> bool:
        if object_id is None or not self.has_act_permission(request, object_id):
            return False
        product = self.get_object(request, str(object_id))
        return product is not None and product.state in states

    def has_take_down_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._in(request, object_id, ProductState.ON_SALE)

    def has_delist_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._in(request, object_id, ProductState.ON_SALE, ProductState.TAKEN_DOWN)

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not self._in(request, object_id, *ProductState):
            return False
        product = self.get_object(request, str(object_id))
        return product is not None and selectors.restrictions_in_force(product, clock.now()).exists()

    @action(description=_("Take it down"), permissions=["take_down"], url_path="take-down")
    def take_down(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this product down?"),
            consequences=[
                _("It is neither shown nor sold until a changed version has passed its review."),
                _("Who bought it keeps it, and may renew."),
                _("The provider is told why."),
            ],
            submit=_("Take it down"),
            form_class=WhyForm,
            run=lambda found, data: services.product_take_down(
                product=found, note=data["note"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The product is down."),
        )

    @action(description=_("Delist it"), permissions=["delist"], url_path="delist")
    def delist(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Delist this product?"),
            consequences=[
                _("It leaves the market. Its delisting policy says what its buyers get."),
                _("The provider is told why, and may list it again through a review."),
            ],
            submit=_("Delist it"),
            form_class=WhyForm,
            run=lambda found, data: services.product_delist(
                product=found,
                reason=DelistReason.PLATFORM,
                note=data["note"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The product is delisted."),
        )

    @action(description=_("Hide it"), permissions=["act"], url_path="restrict")
    def restrict(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Hide this product?"),
            consequences=[
                _("It is neither shown nor sold while the restriction is in force. Several may overlap."),
                _("Who bought it keeps it, and may renew."),
            ],
            submit=_("Hide it"),
            form_class=RestrictForm,
            run=lambda found, data: services.product_restrict(
                product=found, actor=Actor.of(request.user), now=clock.now(), **data
            ),
            done=_("The product is hidden."),
        )

    @action(description=_("Lift a restriction"), permissions=["lift"], url_path="lift")
    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        product = self.get_object(request, str(object_id))
        standing = {
            str(found.pk): found
            for found in (selectors.restrictions_in_force(product, clock.now()) if product is not None else [])
        }

        class Form(LiftForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                choices = [(key, f"{found.get_kind_display()}: {found.reason}") for key, found in standing.items()]
                super().__init__(*args, choices=choices, **kwargs)

        return self.act_page(
            request,
            object_id,
            title=_("Lift a restriction?"),
            consequences=[_("The product is shown again unless something else hides it.")],
            submit=_("Lift it"),
            form_class=Form,
            run=lambda found, data: services.product_restriction_lift(
                product=found,
                kind=standing[data["restriction"]].kind,
                reference=standing[data["restriction"]].reference,
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The restriction is lifted."),
        )
