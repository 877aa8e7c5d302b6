"""Paying, the gateways' door, and the sandbox gateway's own pages."""

from django.urls import path

from payments import views
from payments.sandbox import views as sandbox

urlpatterns = [
    path("pay/<str:number>/", views.pay, name="pay"),
    path("pay/<str:number>/state/", views.pay_state, name="pay_state"),
    path("pay/<str:number>/gateway/", views.pay_at_gateway, name="pay_at_gateway"),
    path("pay/<str:number>/return/", views.pay_return, name="pay_return"),
    path("payments/callbacks/<slug:gateway>/", views.callback, name="payment_callback"),
    path("sandbox-gateway/pay/", sandbox.enter, name="sandbox_enter"),
    path("sandbox-gateway/pay/<str:token>/", sandbox.pay, name="sandbox_pay"),
    path("sandbox-gateway/api/", sandbox.api, name="sandbox_api"),
    path("sandbox-gateway/statements/<str:day>.csv", sandbox.statement, name="sandbox_statement"),
]
