from django.urls import path

from orders import api

urlpatterns = [
    path("", api.OrderList.as_view(), name="api-orders"),
    path("<str:number>/", api.OrderView.as_view(), name="api-order"),
    path("<str:number>/cancel/", api.OrderCancel.as_view(), name="api-order-cancel"),
    path("<str:number>/renew/", api.OrderRenew.as_view(), name="api-order-renew"),
    path("<str:number>/deliver/", api.OrderDeliver.as_view(), name="api-order-deliver"),
    path("<str:number>/confirm/", api.OrderConfirm.as_view(), name="api-order-confirm"),
    path("<str:number>/claims/", api.OrderClaim.as_view(), name="api-order-claim"),
    path("<str:number>/invoices/", api.OrderInvoice.as_view(), name="api-order-invoice"),
    path("<str:number>/milestones/<int:pk>/start/", api.MilestoneStart.as_view(), name="api-milestone-start"),
    path("<str:number>/milestones/<int:pk>/submit/", api.MilestoneSubmit.as_view(), name="api-milestone-submit"),
    path("<str:number>/milestones/<int:pk>/accept/", api.MilestoneAccept.as_view(), name="api-milestone-accept"),
    path("<str:number>/milestones/<int:pk>/return/", api.MilestoneReturn.as_view(), name="api-milestone-return"),
]
