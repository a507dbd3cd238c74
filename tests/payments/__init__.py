"""Tests of the payments app and its gateways."""
