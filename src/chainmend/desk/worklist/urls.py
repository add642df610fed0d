"""Addresses of the mend-list."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.worklist import needs, views

app_name = "worklist"
urlpatterns = [
    path("list/", views.entries, name="list"),
    path("list/assign/", views.assign, name="assign"),
    path("list/<str:pk>/", views.entry, name="entry"),
    path("list/<str:pk>/move/", views.move, name="move"),
    path("list/<str:pk>/talk/", views.talk, name="talk"),
    path("list/<str:pk>/file/<int:number>/", views.file, name="file"),
    path("needs/", needs.needs, name="needs"),
]
