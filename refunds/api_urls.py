from django.urls import path

from refunds import api

urlpatterns = [
    path("", api.RefundList.as_view(), name="api-refunds"),
    path("preview/<str:number>/", api.RefundPreviewView.as_view(), name="api-refund-preview"),
    path("<str:number>/", api.RefundView.as_view(), name="api-refund"),
    path("<str:number>/accept/", api.RefundAccept.as_view(), name="api-refund-accept"),
    path("<str:number>/dispute/", api.RefundDispute.as_view(), name="api-refund-dispute"),
    path("<str:number>/escalate/", api.RefundEscalate.as_view(), name="api-refund-escalate"),
    path("<str:number>/withdraw/", api.RefundWithdraw.as_view(), name="api-refund-withdraw"),
    path("<str:number>/offers/", api.RefundOffers.as_view(), name="api-refund-offers"),
    path("<str:number>/offers/<int:pk>/sign/", api.RefundOfferSign.as_view(), name="api-refund-offer-sign"),
]
