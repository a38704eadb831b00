"""Micro-certifications and parchments: everything under /c/<code>/delivrance/."""

from django.urls import path

from jurande.web.certifier.awards import mandates

urlpatterns = [
    path("mandats/", mandates.listing, name="awards-mandates"),
    path("mandats/deleguer/<str:habilitation>/", mandates.grant, name="awards-mandates-grant"),
    path("mandats/<str:code>/fin/", mandates.end, name="awards-mandates-end"),
]
