"""Addresses of firms, the review of their placements, and targets."""

from __future__ import annotations

from django.urls import path

from chainmend.desk.firms import accuracy_views, review_views, target_views, views

app_name = "firms"
urlpatterns = [
    path("firms/", views.firms, name="list"),
    path("our-firm/", views.own, name="own"),
    path("firms/<path:pk>/", views.firm, name="firm"),
    path("placements/", review_views.review, name="review"),
    path("placements/decide/", review_views.decide, name="decide"),
    path("placements/segments/", review_views.segments, name="segments"),
    path("placements/accuracy/", accuracy_views.accuracy, name="accuracy"),
    path("placements/accuracy/draw/", accuracy_views.draw, name="draw"),
    path("placements/accuracy/judge/", accuracy_views.judge, name="judge"),
    path("targets/", target_views.targets, name="targets"),
    path("targets/talk/", target_views.talk, name="talk"),
    path("targets/export/", target_views.export, name="export"),
]
