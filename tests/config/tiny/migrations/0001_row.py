from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            "Row",
            [("id", models.BigAutoField(primary_key=True)), ("text", models.CharField(max_length=200))],
        )
    ]
