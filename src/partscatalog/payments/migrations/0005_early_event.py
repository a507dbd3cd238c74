from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_payments', '0004_open_payment_holds_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlyEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=50)),
                ('provider_id', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=255)),
                ('digest', models.CharField(max_length=64)),
                ('body', models.JSONField(default=dict)),
                ('dispute', models.CharField(blank=True, default='', max_length=10)),
                ('is_hint', models.BooleanField(default=False)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['gateway', 'provider_id'], name='pc_early_event_money')],
                'constraints': [models.UniqueConstraint(fields=('gateway', 'digest'), name='pc_early_event_once')],
            },
        ),
    ]
