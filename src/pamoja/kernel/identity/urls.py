"""Pages about people: one's own profile and security, and the members of a community."""

from django.urls import path

from pamoja.kernel.identity import pages

app_name = "identity"

urlpatterns = [
    path("join/", pages.join, name="join"),
    path("terms/", pages.terms, name="terms"),
    path("me/", pages.profile, name="profile"),
    path("me/photo/", pages.change_own_photo, name="change_photo"),
    path("me/contact/", pages.contact, name="contact"),
    path("me/money/", pages.money, name="money"),
    path("me/money/bank/", pages.bank, name="bank"),
    path("me/privacy/", pages.privacy, name="privacy"),
    path("me/security/", pages.security, name="security"),
    path("me/sessions/", pages.sessions, name="sessions"),
    path("me/sessions/others/end/", pages.end_others, name="end_other_sessions"),
    path("me/sessions/<int:number>/end/", pages.end_one, name="end_session"),
    path("people/", pages.people, name="people"),
    path("people/photos/<str:name>", pages.photo, name="photo"),
    path("people/<str:public_id>/", pages.member, name="member"),
    path("people/<str:public_id>/roles/", pages.roles, name="roles"),
    path("people/<str:public_id>/suspend/", pages.suspend, name="suspend"),
    path("people/<str:public_id>/restore/", pages.restore, name="restore"),
]
