from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("correspondence", "0002_language")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_person_written"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("to_code", ""), _negated=True),
                fields=["to_code", "-written_at"],
                name="message_person_written",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["certifier_code", "state", "-written_at"], name="message_by_state"),
        ),
    ]
