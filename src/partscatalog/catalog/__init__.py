"""What is sold: categories, brands, products, their images and their stock."""
