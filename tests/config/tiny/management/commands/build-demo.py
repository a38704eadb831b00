from django.core.management.base import BaseCommand

from tests.config.tiny.models import Row


class Command(BaseCommand):
    help = "A world of one row."

    def handle(self, **options: object) -> None:
        Row.objects.create(text="Inès Carvalho")
