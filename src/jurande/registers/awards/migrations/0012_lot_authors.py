from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0011_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="lot",
            name="author_codes",
            field=models.JSONField(default=list),
        ),
    ]
