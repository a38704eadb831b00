from django.apps import AppConfig


class Conventions(AppConfig):
    name = "jurande.registers.conventions"
    label = "conventions"
