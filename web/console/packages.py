"""The files of a version: handed in, taken away, and what the security scan found in each."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog import services
from catalog.selectors import findings_of, packages_of, product_for, version_open_of, versions_of
from catalog.services.packages import WORDS
from catalog.types import VersionState
from core.acts import Actor
from core.errors import DomainError
from providers.models import Provider
from providers.types import Permission
from web.acts import ActPage, Done, refused_by_field
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page
from web.storefront.cards import in_english

PRODUCTS = "/console/products/"


class PackageForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File to hand in"),
        help_text=gettext_lazy("An installer, an image, an archive or a script, up to 50 MB. It is scanned at once."),
    )


def _said(threat: dict[str, Any]) -> str:
    zh, en = WORDS.get(threat["code"], WORDS["malware"])
    return en if in_english() else zh


def _rows(version: Any) -> list[dict[str, Any]]:
    rows = []
    for package in packages_of(version):
        scan = next(iter(package.scans.all()), None)
        threats = scan.threats if scan else []
        refused = any(one["severity"] == "refuse" for one in threats)
        rows.append(
            {
                "package": package,
                "scan": scan,
                "tone": "refused" if refused else "due" if threats else "paid" if scan else "neutral",
                "threats": [{**one, "said": _said(one)} for one in threats],
            }
        )
    return rows


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """Which files does the version hold, and what did the scan find in them?"""
    product = product_for(provider=provider, product_id=pk)
    version = version_open_of(product) or versions_of(product).first()
    if version is None:
        raise Http404(pk)
    draft = version.state == VersionState.DRAFT
    form = PackageForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    refused: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            services.package_add(
                version=version, upload=upload, name=upload.name, actor=Actor.of(request.user), now=now
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                refused = error
        else:
            return redirect(f"{PRODUCTS}{pk}/packages/")
    response = draw(
        request,
        "packages",
        now,
        product=product,
        version=version,
        draft=draft,
        form=form,
        refused=refused,
        rows=_rows(version),
        found=[one for one in findings_of(version) if one.field == "packages"],
        crumbs=[(_("Products"), PRODUCTS), (version.title, f"{PRODUCTS}{pk}/")],
    )
    response.status_code = refused.status if refused else 422 if request.method == "POST" else 200
    return response


def _remove(version: Any, target: int, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.package_remove(version=version, package_id=target, actor=actor, now=now)
    return Done(_("The file is gone."), f"{PRODUCTS}{version.product_id}/packages/")


REMOVE = ActPage(
    gettext_lazy("Take the file away"),
    "",
    _remove,
    lambda version, target, now: [Consequence(_("The draft does not hold it any more."), None, "neutral")],
)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, provider: Provider, now: datetime, pk: int, package: int) -> HttpResponse:
    """Take a file away from the draft."""
    version = version_open_of(product_for(provider=provider, product_id=pk))
    if version is None or not packages_of(version).filter(pk=package).exists():
        raise Http404(package)
    return do(request, REMOVE, version, now, back=f"{PRODUCTS}{pk}/packages/", target=package)
