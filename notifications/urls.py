from django.urls import path

from notifications import views

urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/read/", views.messages_read, name="messages_read"),
    path("messages/preferences/", views.preferences, name="message_preferences"),
    path("messages/<int:pk>/", views.message, name="message"),
    path("announcements/", views.announcements, name="announcements"),
    path("announcements/<int:pk>/", views.announcement, name="announcement"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mail, name="mailbox_mail"),
    path("mailbox/<int:pk>/html/", views.mail_html, name="mailbox_mail_html"),
]
