from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_catalog', '0005_exact_number'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='is_in_stock',
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(('stock__gt', 0)),  # type: ignore[arg-type]  # it is one
                output_field=models.BooleanField(),
            ),
        ),
    ]
