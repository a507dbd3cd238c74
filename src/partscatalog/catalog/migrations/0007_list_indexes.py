from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partscatalog_catalog', '0006_is_in_stock'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='product',
            name='pc_product_brand_newest',
        ),
        # MariaDB's foreign keys need some index at any time.
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['category', 'price', 'id', 'is_in_stock'], name='pc_product_category_price'),
        ),
        migrations.RemoveIndex(
            model_name='product',
            name='pc_product_category_newest',
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['category', '-created_at', '-id', 'is_in_stock'], name='pc_product_category_newest'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['category', 'name', 'id', 'is_in_stock'], name='pc_product_category_name'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['brand', '-created_at', '-id', 'is_in_stock'], name='pc_product_brand_newest'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['brand', 'price', 'id', 'is_in_stock'], name='pc_product_brand_price'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['brand', 'name', 'id', 'is_in_stock'], name='pc_product_brand_name'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['is_in_stock', '-created_at', '-id'], name='pc_product_stock_newest'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['is_in_stock', 'price', 'id'], name='pc_product_stock_price'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['is_in_stock', 'name', 'id'], name='pc_product_stock_name'),
        ),
    ]
