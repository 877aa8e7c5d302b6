"""The sections of a listing as forms; both languages of every text side by side."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import ProductVersion
from catalog.models.versions import BASES, IP_BASES, TEXTS
from catalog.selectors import SECTIONS, categories_offered
from core.errors import InvalidInput, NotFound
from providers.selectors import provider_by_number
from web.components.cards import class_words

NAMES = {
    "basics": _("Basics"),
    "details": _("Details"),
    "plans": _("Plans and prices"),
    "service": _("Service and warranty"),
    "terms": _("Terms and refund promise"),
    "leaving": _("When it leaves the market"),
    "safety": _("Safety and rights"),
}
LANGUAGES = {"zh": pgettext_lazy("language of a text", "Chinese"), "en": pgettext_lazy("language of a text", "English")}
LABELS = {
    "title": _("Title"),
    "tagline": _("One line"),
    "description": _("What it does"),
    "cases": _("Cases"),
    "terms": _("Terms of use"),
    "refund_text": _("When you refund after the guarantee"),
    "delist_use": _("How buyers go on using it"),
    "delist_transfer": _("Who the rights pass to"),
    "delist_data": _("How buyers get their data back"),
    "security": _("Security statement"),
    "deployment_note": _("How it is deployed"),
    "aftersales": _("After-sales: how and when you are reached"),
}
HELP = {
    "title": _("What it is, in the words buyers search for. No prices, no superlatives, no links."),
    "tagline": _("Stands below the title in every list."),
    "description": _("Blank lines part paragraphs, “- ” begins a point. Links only to the cloud's own pages."),
    "cases": _("Who uses it and what for, with their consent. No links to other sites."),
    "terms": _("Shown before every purchase; each order keeps the version that was accepted."),
    "refund_text": _("In the guarantee the platform's rules hold whatever you write here."),
    "security": _("What it runs, what it reaches, which ports, and how it was scanned: the review rests on it."),
    "aftersales": _("Owed for everything that is paid for."),
}
SHORT = {"title", "tagline"}
LONG = {"description": 12, "cases": 6, "terms": 12}


# What the checks ask for before a version is handed in. A draft is kept without it.
NEEDED = {
    "title_zh", "tagline_zh", "description_zh", "terms_zh", "delist_use_zh", "delist_transfer_zh", "delist_data_zh",
    "security_zh",
}  # fmt: skip


class DraftField(forms.CharField):
    """A text that is asked for, and may be left for later."""

    def validate(self, value: Any) -> None:
        """Nothing yet is fit to be kept."""


class CategoryField(forms.ModelChoiceField):
    """A category that is offered, under the name of its branch."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.name} › {obj.name}" if obj.parent else obj.name


class PerformerField(forms.CharField):
    """The provider who performs the service, by its number; nothing where it is the seller."""

    def clean(self, value: Any) -> Any:
        number = super().clean(value).strip().upper()
        if not number:
            return None
        try:
            return provider_by_number(number)
        except NotFound:
            raise forms.ValidationError(_("There is no provider with this number."), code="unknown") from None


def _category(version: ProductVersion) -> forms.Field:
    return CategoryField(
        label=_("Category"),
        queryset=categories_offered(),
        empty_label=None,
        help_text=_("Decides the guarantee: %(kind)s, %(guarantee)s.")
        % dict(zip(("kind", "guarantee"), class_words(version.category.product_class), strict=True)),
    )


def _performer(version: ProductVersion) -> forms.Field:
    return PerformerField(
        label=_("Performed by"),
        required=False,
        max_length=20,
        help_text=_("The number of the provider who does the work. Leave it empty where that is you."),
    )


def _cover(version: ProductVersion) -> forms.Field:
    return forms.FileField(
        label=_("New cover") if version.cover else _("Cover"),
        help_text=_("A picture of at least 320 × 200 pixels and at most 10 MB; it is cut to 16 to 10."),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
    )


PLAIN: dict[str, Any] = {
    "category": _category,
    "performer": _performer,
    "cover": _cover,
    "policy_percent": lambda version: forms.DecimalField(
        label=_("Refund after the guarantee (%)"),
        help_text=_("How much of what was paid you give back. Empty: nothing, and buyers read that."),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    ),
    "warranty_months": lambda version: forms.IntegerField(
        label=_("Warranty (months)"),
        help_text=_("From the buyer's confirmation. 0: none."),
        min_value=0,
        max_value=600,
    ),
    "delist_notice_days": lambda version: forms.IntegerField(
        label=_("Notice before it leaves (days)"), min_value=0, max_value=600
    ),
    "deployment_basis": lambda version: forms.ChoiceField(
        label=_("How it belongs to the cloud"), choices=[("", "—"), *BASES], required=False
    ),
    "ip_basis": lambda version: forms.ChoiceField(
        label=_("Whose rights"), choices=[("", "—"), *IP_BASES], required=False
    ),
    "ip_confirmed": lambda version: forms.BooleanField(
        label=_("We hold the rights to everything in it, or are authorised"), required=False
    ),
    "own_site_url": lambda version: forms.URLField(
        label=_("Its page on your own site"),
        help_text=_("A page of its own for this product, open to everybody."),
        max_length=300,
        required=False,
        assume_scheme="https",
    ),
}


class StartForm(forms.Form):
    category = CategoryField(label=_("Category"), queryset=None)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_offered()  # type: ignore[attr-defined]


def _text(name: str, language: str) -> forms.Field:
    most = ProductVersion._meta.get_field(f"{name}_{language}").max_length or TEXTS[name]  # type: ignore[union-attr]
    widget = forms.TextInput() if name in SHORT else forms.Textarea({"rows": LONG.get(name, 4)})
    label = f"{LABELS[name]} · {LANGUAGES[language]}"
    if f"{name}_{language}" in NEEDED:
        return DraftField(label=label, max_length=most, widget=widget)
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


def section_form(version: ProductVersion, section: str, data: Any = None, files: Any = None) -> forms.Form:
    """The form of one section, filled with what the version says. Each field is described by what is found in it."""
    fields: dict[str, forms.Field] = {}
    for name in SECTIONS[section]:
        if name in TEXTS:
            fields |= {f"{name}_{language}": _text(name, language) for language in LANGUAGES}
        elif name in PLAIN:
            fields[name] = PLAIN[name](version)
    for name, made in fields.items():
        bare = name.removesuffix("_zh").removesuffix("_en")
        described = f"help-{bare} found-{name}" if bare in HELP else f"found-{name}"
        made.widget.attrs["aria-describedby"] = described
    initial = {name: getattr(version, name) for name in fields if name not in {"cover", "performer"}}
    if version.performer_id != version.product.provider_id:
        initial["performer"] = version.performer.number
    # A form takes its fields out of the names it is made of, so it gets its own.
    form_class = type("SectionForm", (forms.Form,), dict(fields))
    form: forms.Form = form_class(data, files, initial=initial)
    return form


def field_rows(form: forms.Form) -> list[dict[str, Any]]:
    """The fields of a section as the page sets them: the two languages of a text beside each other, with their help."""
    rows: list[dict[str, Any]] = []
    for field in form:
        bare = field.name.removesuffix("_zh").removesuffix("_en")
        if rows and rows[-1]["name"] == bare:
            rows[-1]["fields"].append(field)
        else:
            rows.append({"name": bare, "help": HELP.get(bare, ""), "fields": [field]})
    return rows


def changes_of(version: ProductVersion, form: forms.Form) -> dict[str, Any]:
    """What the valid fields of a section say, as the service takes it."""
    changes = {name: value for name, value in form.cleaned_data.items() if name != "cover"}
    if "performer" in changes and changes["performer"] is None:
        changes["performer"] = version.product.provider
    return changes


def refused_field(form: forms.Form, sets: dict[str, Any], error: InvalidInput) -> bool:
    """Put what the service refuses where it belongs: a field, or a row of a list. False where neither is here."""
    name, _dot, rest = (error.field or "").partition(".")
    if name in form.fields and not rest:
        form.add_error(name, str(error))
        return True
    if name not in sets:
        return False
    row, _dot, column = rest.partition(".")
    kept = sets[name].kept()
    if row.isdecimal() and int(row) < len(kept):
        target = kept[int(row)]
        target.add_error(column if column in target.fields else None, str(error))
    else:
        sets[name].problem = str(error)
    return True
