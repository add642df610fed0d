"""Addresses of the mend-list."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.worklist import exports, needs, views, work

app_name = "worklist"
urlpatterns = [
    path("list/", views.entries, name="list"),
    path("list/export/", exports.entries, name="export"),
    path("list/assign/", views.assign, name="assign"),
    path("list/<str:pk>/", views.entry, name="entry"),
    path("list/<str:pk>/move/", views.move, name="move"),
    path("list/<str:pk>/remind/", views.remind, name="remind"),
    path("list/<str:pk>/talk/", views.talk, name="talk"),
    path("list/<str:pk>/file/<int:number>/", views.file, name="file"),
    path("record/", exports.events, name="record"),
    path("record/events/", exports.download, name="record_download"),
    path("needs/", needs.needs, name="needs"),
    path("needs/<int:pk>/judge/", needs.judge, name="judge"),
    path("verify/", work.verify, name="verify"),
    path("my-work/", work.work, name="work"),
]
