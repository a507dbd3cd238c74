"""Every change of an order: placing, moving, cancelling, expiring, telling the customer."""
