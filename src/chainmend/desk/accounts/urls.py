"""Addresses of accounts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from chainmend.desk.accounts import first, views

app_name = "accounts"
urlpatterns = [
    path("login/", login_not_required(views.Login.as_view()), name="login"),
    path("first/", first.first, name="first"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.Password.as_view(), name="password"),
    path("language/", views.language, name="language"),
    path("people/", views.people, name="people"),
    path("people/new/", views.person, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("organisations/new/", views.organisation, name="organisation_new"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
]
