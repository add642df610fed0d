"""Addresses of the atlas."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.atlas import views

app_name = "atlas"
urlpatterns = [path("", views.cockpit, name="cockpit")]
