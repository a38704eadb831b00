from django.apps import AppConfig


class Catalogue(AppConfig):
    name = "jurande.registers.catalogue"
    label = "catalogue"
