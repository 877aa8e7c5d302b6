from django.urls import path

from notifications.api import MessageReadView, MessagesView

urlpatterns = [
    path("messages/", MessagesView.as_view(), name="api-messages"),
    path("messages/<int:pk>/read/", MessageReadView.as_view(), name="api-message-read"),
]
