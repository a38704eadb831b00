from django.apps import AppConfig


class Seal(AppConfig):
    name = "jurande.registers.seal"
    label = "seal"
