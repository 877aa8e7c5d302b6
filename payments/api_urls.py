from django.urls import path

from payments import api

urlpatterns = [
    path("", api.PaymentList.as_view(), name="api-payments"),
    path("<str:number>/", api.PaymentDetail.as_view(), name="api-payment"),
]
