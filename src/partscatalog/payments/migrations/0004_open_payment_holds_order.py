from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_payments', '0003_dispute'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['created', 'open']), _negated=True), ('open_for__isnull', False), _connector='OR'), name='pc_payment_holds'),
        ),
    ]
