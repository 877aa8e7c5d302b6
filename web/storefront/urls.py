"""Addresses of the storefront."""

from django.urls import path

from web.storefront import browse, products, rules

urlpatterns = [
    path("", browse.home, name="home"),
    path("c/<slug:slug>/", browse.category, name="category"),
    path("search/", browse.search, name="search"),
    path("p/<slug:slug>/", products.product, name="product"),
    path("p/<slug:slug>/<slug:part>/", products.product, name="product-part"),
    path("s/<slug:slug>/", products.store, name="store"),
    path("rules/", rules.index, name="rules"),
    path("rules/clauses/<str:citation>/", rules.clause, name="clause"),
    path("rules/schedule/", rules.schedule, name="schedule"),
    path("rules/versions/", rules.version_list, name="rulebook-versions"),
    path("rules/versions/<str:name>/", rules.version, name="rulebook-version"),
    path("rules/decisions/", rules.decisions, name="decisions"),
    path("rules/decisions/<str:name>/", rules.decision, name="decision"),
]
