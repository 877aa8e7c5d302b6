"""Addresses of the storefront."""

from django.urls import path

from web.storefront import browse, orders, products, refunds, rules

urlpatterns = [
    path("", browse.home, name="home"),
    path("c/<slug:slug>/", browse.category, name="category"),
    path("search/", browse.search, name="search"),
    path("p/<slug:slug>/", products.product, name="product"),
    path("p/<slug:slug>/<slug:part>/", products.product, name="product-part"),
    path("s/<slug:slug>/", products.store, name="store"),
    path("checkout/", orders.checkout, name="checkout"),
    path("orders/", orders.index, name="orders"),
    path("orders/files/<int:pk>/", orders.file, name="order-file"),
    path("orders/<str:number>/", orders.detail, name="order"),
    path("orders/<str:number>/pay/", orders.pay, name="order-pay"),
    path("orders/<str:number>/do/<str:name>/", orders.act, name="order-act"),
    path("orders/<str:number>/do/<str:name>/<int:target>/", orders.act, name="order-act-on"),
    path("orders/<str:number>/refund/", refunds.ask, name="refund-ask"),
    path("refunds/", refunds.index, name="refunds"),
    path("refunds/files/<int:pk>/", refunds.file, name="refund-file"),
    path("refunds/<str:number>/", refunds.detail, name="refund"),
    path("refunds/<str:number>/do/<str:name>/", refunds.act, name="refund-act"),
    path("refunds/<str:number>/do/<str:name>/<int:target>/", refunds.act, name="refund-act-on"),
    path("rules/", rules.index, name="rules"),
    path("rules/clauses/<str:citation>/", rules.clause, name="clause"),
    path("rules/schedule/", rules.schedule, name="schedule"),
    path("rules/versions/", rules.version_list, name="rulebook-versions"),
    path("rules/versions/<str:name>/", rules.version, name="rulebook-version"),
    path("rules/decisions/", rules.decisions, name="decisions"),
    path("rules/decisions/<str:name>/", rules.decision, name="decision"),
]
