"""Which certifications of the national registers a certifier answers for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import jurande.registers.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_search"),
        ("parties", "0002_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("siren", "notre SIREN est sur la fiche"),
                            ("name", "notre nom est sur la fiche, sans SIRET"),
                        ],
                        max_length=5,
                        verbose_name="fondement",
                    ),
                ),
                ("claimed_at", models.DateTimeField(verbose_name="rattachée le")),
                ("claimed_by", models.CharField(max_length=16)),
                ("released_at", models.DateTimeField(null=True, verbose_name="détachée le")),
                ("released_by", models.CharField(blank=True, max_length=16)),
                (
                    "certifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="parties.certifier"
                    ),
                ),
                (
                    "fiche",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="catalogue.fiche"
                    ),
                ),
            ],
            options={
                "verbose_name": "certification rattachée",
                "verbose_name_plural": "certifications rattachées",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(released_at=None), fields=("certifier", "fiche"), name="claim_held_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(released_at=None, released_by="")
                        | (Q(released_at__isnull=False) & ~Q(released_by="")),
                        name="claim_release_has_its_author",
                    ),
                    models.CheckConstraint(condition=Q(basis__in=["siren", "name"]), name="claim_basis_is_known"),
                ],
            },
        ),
    ]
