"""Conventions of the house: everything under /c/<code>/conventions/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
