from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "A link."

    def handle(self, **options: object) -> None:
        self.stdout.write("http://localhost/lien-unique")
