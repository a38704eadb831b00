from django.db import models


class Row(models.Model):
    text = models.CharField(max_length=200)

    class Meta:
        app_label = "tiny"

    def __str__(self) -> str:
        return self.text
