from django.apps import AppConfig


class Declarations(AppConfig):
    name = "jurande.registers.declarations"
    label = "declarations"
