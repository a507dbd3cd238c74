from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_catalog', '0003_search'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['brand', '-created_at', '-id'], name='pc_product_brand_newest'),
        ),
    ]
