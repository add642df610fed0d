"""Addresses of data and scans."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chainmend.desk.scans import data_views, run_views

app_name = "scans"
urlpatterns: list[URLPattern | URLResolver] = [
    path("data/", data_views.data, name="data"),
    path("data/upload/", data_views.upload, name="upload"),
    path("data/incoming/", data_views.take_in, name="mount"),
    path("data/duty/<slug:table>/", data_views.duty, name="duty"),
    path("data/<int:pk>/", data_views.data, name="dataset"),
    path("data/<int:pk>/rejected/<slug:table>/", data_views.rejected, name="rejected"),
    path("data/<int:pk>/rejected/<slug:table>/file/", data_views.rejected_file, name="rejected_file"),
    path("scans/", run_views.runs, name="runs"),
    path("scans/ask/<int:pk>/", run_views.ask_for, name="ask"),
    path("scans/schedule/", run_views.schedule, name="schedule"),
    path("scans/schedule/end/", run_views.end_schedule, name="end_schedule"),
    path("scans/<int:pk>/", run_views.run, name="run"),
    path("scans/<int:pk>/progress/", run_views.progress, name="progress"),
    path("scans/<int:pk>/cancel/", run_views.cancel_run, name="cancel"),
    path("scans/<int:pk>/manifest/", run_views.manifest, name="manifest"),
]
