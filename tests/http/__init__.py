"""The HTTP edge: what happens around every resource."""
