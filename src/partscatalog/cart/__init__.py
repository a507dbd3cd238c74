"""What a visitor means to buy: carts and their lines, for guests and users."""
