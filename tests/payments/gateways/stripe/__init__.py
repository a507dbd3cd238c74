"""Stripe: what is sent, and what each answer and event is taken for."""
