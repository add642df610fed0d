"""Addresses of the desk; each part names its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("chainmend.desk.accounts.urls")),
    path("", include("chainmend.desk.atlas.urls")),
    path("", include("chainmend.desk.worklist.urls")),
    path("", include("chainmend.desk.scans.urls")),
    path("", include("chainmend.desk.api.urls")),
    path("", include("chainmend.desk.firms.urls")),
]
handler400 = "chainmend.desk.project.views.bad_request"
handler403 = "chainmend.desk.project.views.forbidden"
handler404 = "chainmend.desk.project.views.not_found"
handler500 = "chainmend.desk.project.views.server_error"
