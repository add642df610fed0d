"""Addresses of the atlas."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.atlas import views

app_name = "atlas"
urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("chains/", views.chains, name="chains"),
    path("chains/<slug:cluster>/", views.chain, name="chain"),
    path("segments/<str:segment>/", views.segment, name="segment"),
]
