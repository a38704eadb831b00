from django.apps import AppConfig


class Common(AppConfig):
    name = "jurande.registers.common"
    label = "common"
