"""What this package knows of payment providers: one interface, one module a provider, no Django."""
