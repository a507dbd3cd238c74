"""Every change of a payment."""
