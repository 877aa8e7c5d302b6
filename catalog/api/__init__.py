"""REST: the storefront for everybody, and providers' own listings."""
