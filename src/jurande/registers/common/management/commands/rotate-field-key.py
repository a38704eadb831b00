from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common import crypto, jobs


class Command(BaseCommand):
    help = "Ajoute une clé aux données chiffrées et fait tout rechiffrer avec elle, en tâche de fond."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key_id = crypto.rotate()
        except crypto.KeyringRefused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        with transaction.atomic():
            job = jobs.request("common.reencrypt", now=timezone.now())
        self.stdout.write(
            _(
                "La clé %(key)s chiffre désormais les données personnelles. Les anciennes clés restent dans le fichier "
                "pour lire les sauvegardes. Le travail %(job)s rechiffre l’existant ; sauvegardez les clés maintenant."
            )
            % {"key": key_id, "job": job.code}
        )
