"""Where everything is: pages for people, the operators' desk, REST below /api/v1/."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from web.desk.sweeps import page as sweeps_page

API_APPS = [
    "regulation",
    "accounts",
    "notifications",
    "ledger",
    "payments",
    "providers",
    "deposits",
    "settlements",
]
API_APPS += ["catalog", "orders", "support", "refunds", "violations", "exits"]
PAGE_APPS = ["core", "accounts", "notifications", "payments", "catalog", "providers"]

urlpatterns = [
    path("admin/sweeps/", admin.site.admin_view(sweeps_page), name="desk-sweeps"),
    path("admin/", admin.site.urls),
    # Signed-out pages carry no token, so that they can be cached; this sets the language cookie and nothing else.
    path("i18n/setlang/", csrf_exempt(set_language), name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]

# Each app that has pages or REST resources of its own mounts them here.
for prefix, module in [
    *((f"api/v1/{app}/", f"{app}.api_urls") for app in API_APPS),
    *(("", f"{app}.urls") for app in PAGE_APPS),
    ("styleguide/", "web.styleguide.urls"),
    ("console/", "web.console.urls"),
    ("", "web.storefront.urls"),
]:
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
