"""Micro-certifications and parchments: everything under /c/<code>/delivrance/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
