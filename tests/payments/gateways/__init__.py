"""Tests of the gateways alone: HTTP and data, no database."""
