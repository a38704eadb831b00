from django.apps import AppConfig


class Parties(AppConfig):
    name = "jurande.registers.parties"
    label = "parties"
