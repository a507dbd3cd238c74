from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_payments', '0005_early_event'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='dismissed',
            field=models.CharField(blank=True, default='', editable=False, max_length=20),
        ),
    ]
