from django.urls import path

from deposits import api

urlpatterns = [
    path("mine/", api.Mine.as_view(), name="api-deposit"),
    path("mine/deductions/", api.Deductions.as_view(), name="api-deductions"),
    path("mine/demands/", api.Demands.as_view(), name="api-demands"),
    path("mine/payments/", api.Payments.as_view(), name="api-deposit-payments"),
]
