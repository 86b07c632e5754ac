from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("compositions", "0003_syllables_as_rows")]

    operations = [migrations.RemoveField(model_name="composition", name="syllables")]
