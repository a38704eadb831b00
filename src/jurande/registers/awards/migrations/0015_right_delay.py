import jurande.registers.common.crypto.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0014_kept_counts"),
        ("documents", "0001_initial"),
        ("parties", "0004_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="rightrequest",
            name="extended_at",
            field=models.DateTimeField(null=True, verbose_name="prolongée le"),
        ),
        migrations.AddField(
            model_name="rightrequest",
            name="extended_by_code",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="rightrequest",
            name="language",
            field=models.CharField(
                choices=[("fr", "Français"), ("en", "Anglais")],
                db_default="fr",
                default="fr",
                max_length=2,
                verbose_name="langue de la personne",
            ),
        ),
        migrations.AddField(
            model_name="rightrequest",
            name="why_late",
            field=jurande.registers.common.crypto.fields.EncryptedTextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name="rightrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("extended_at", None), ("extended_by_code", "")),
                    models.Q(("extended_at__isnull", False), models.Q(("extended_by_code", ""), _negated=True)),
                    _connector="OR",
                ),
                name="rightrequest_is_extended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("fr", "en"))), name="rightrequest_reads_french_or_english"
            ),
        ),
    ]
