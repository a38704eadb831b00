from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("correspondence", "0003_letters_to_persons")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(state="failed") | Q(state="bounced") | Q(state="withheld"),
                fields=["certifier_code", "about_kind", "id", "about_code", "state"],
                name="message_not_delivered",
            ),
        ),
    ]
