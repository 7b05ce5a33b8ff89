"""Pages about messages."""

from django.urls import path

from pamoja.kernel.messaging import pages

app_name = "messaging"

urlpatterns = [
    path("notifications/", pages.notifications, name="notifications"),
    path("notifications/read/", pages.read_all, name="read_all"),
    path("notifications/preferences/", pages.preferences, name="preferences"),
    path("notifications/push/", pages.subscribe, name="subscribe"),
    path("notifications/push/key/", pages.push_key, name="push_key"),
    path("notifications/push/end/", pages.unsubscribe, name="unsubscribe"),
    path("notifications/push/worker.js", pages.push_worker, name="push_worker"),
    path("notifications/<str:public_id>/", pages.open_notification, name="open_notification"),
    path("me/contact/verify/", pages.prove_phone, name="prove_phone"),
    path("me/contact/verify/code/", pages.shown_code, name="shown_code"),
    path("messages/", pages.broadcasts, name="broadcasts"),
    path("messages/new/", pages.new_broadcast, name="new_broadcast"),
    path("messages/senders/", pages.senders, name="senders"),
    path("messages/senders/meta/", pages.connect_meta, name="connect_meta"),
    path("messages/senders/meta/end/", pages.disconnect_meta, name="disconnect_meta"),
    path("messages/templates/", pages.previews, name="previews"),
    path("messages/templates/<slug:package>/<slug:name>/", pages.preview, name="preview"),
    path("messages/templates/<slug:package>/<slug:name>/mail/", pages.preview_mail, name="preview_mail"),
    path("messages/<str:public_id>/", pages.broadcast, name="broadcast"),
    path("messages/<str:public_id>/change/", pages.change_broadcast, name="change_broadcast"),
    path("conversations/", pages.conversations, name="conversations"),
    path("conversations/<str:public_id>/", pages.conversation, name="conversation"),
    path("conversations/<str:public_id>/say/", pages.say, name="say"),
    path("conversations/<str:public_id>/change/", pages.change, name="change_conversation"),
]
