"""The category tree on the operators' desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from catalog import selectors, services
from catalog.admin.forms import CategoryForm
from catalog.models import Category
from core import clock
from core.acts import Actor
from core.errors import InvalidInput
from providers.admin.pages import QueueAdmin


@admin.register(Category)
class CategoryAdmin(QueueAdmin):
    """Categories: added, renamed and retired by an act."""

    list_display = ["name_zh", "name_en", "parent", "product_class", "free_owes_aftersales", "position", "active"]
    list_filter = ["product_class", "active"]
    list_select_related = ["parent"]
    search_fields = ["name_zh", "name_en", "=slug"]
    ordering = ["position", "pk"]
    actions_list = ["add_one"]
    actions_detail = ["change_one"]

    def _write(self, request: HttpRequest, data: dict[str, Any]) -> None:
        values = dict(data)
        slug, above = values.pop("slug"), values.pop("parent")
        parent = selectors.category_row(above) if above else None
        if above and parent is None:
            raise InvalidInput(_("There is no such category."), field="parent")
        services.category_write(slug=slug, values=values, parent=parent, actor=Actor.of(request.user), now=clock.now())

    @action(description=_("Add a category"), permissions=["act"], url_path="add-one")
    def add_one(self, request: HttpRequest) -> HttpResponse:
        return self.new_page(
            request,
            title=_("Add a category"),
            consequences=[
                _("It is offered to new listings at once, and shown on the storefront."),
                _("Its class decides the guarantee and the refunds of everything in it (17(1))."),
            ],
            submit=_("Add the category"),
            form_class=CategoryForm,
            run=lambda data: self._write(request, data),
            done=_("The category is there."),
        )

    @action(description=_("Change it"), permissions=["act"], url_path="change-one")
    def change_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        category = self.get_object(request, str(object_id))
        initial = (
            {name: getattr(category, name) for name in CategoryForm.base_fields if name != "parent"}
            if category is not None
            else {}
        )
        if category is not None and category.parent is not None:
            initial["parent"] = category.parent.slug

        class Form(CategoryForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **{**kwargs, "initial": initial})
                self.fields["slug"].disabled = True

        return self.act_page(
            request,
            object_id,
            title=_("Change this category?"),
            consequences=[
                _("Names change everywhere at once; orders and cases are not touched (4)."),
                _("The class stays while products rest on it."),
            ],
            submit=_("Keep the changes"),
            form_class=Form,
            run=lambda found, data: self._write(request, data),
            done=_("The category is changed."),
        )
