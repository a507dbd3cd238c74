"""The serializers that this shop replaces."""
