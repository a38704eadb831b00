from django.apps import AppConfig


class Awards(AppConfig):
    name = "jurande.registers.awards"
    label = "awards"
