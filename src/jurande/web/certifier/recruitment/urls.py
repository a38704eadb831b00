"""Recruitment: everything under /c/<code>/recrutement/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
