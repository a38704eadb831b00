import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0013_rights"),
        ("parties", "0003_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("found", models.JSONField()),
                ("counted_at", models.DateTimeField(verbose_name="compté le")),
                (
                    "certifier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_counts",
                        to="parties.certifier",
                    ),
                ),
            ],
            options={
                "verbose_name": "compte gardé",
                "verbose_name_plural": "comptes gardés",
                "constraints": [models.UniqueConstraint(fields=("certifier", "name"), name="kept_count_once")],
            },
        ),
        migrations.RemoveIndex(model_name="award", name="award_by_name"),
        migrations.RemoveIndex(model_name="award", name="award_until"),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["certifier", "last_name", "first_name"], name="award_by_name"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["certifier", "state", "-issued_at"], name="award_by_state"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["certifier", "awarded_on"], name="award_by_day"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["certifier", "valid_until"], name="award_until"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                condition=models.Q(("replaces__isnull", False)), fields=["replaces"], name="award_replacing"
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                condition=models.Q(("design__isnull", False)), fields=["design"], name="award_by_design"
            ),
        ),
    ]
