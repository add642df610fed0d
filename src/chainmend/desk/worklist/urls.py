"""Addresses of the mend-list."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.worklist import views

app_name = "worklist"
urlpatterns = [path("list/", views.entries, name="list")]
