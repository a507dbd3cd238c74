"""Providers' APIs as real HTTP servers on the loopback, with faults that can be switched."""
