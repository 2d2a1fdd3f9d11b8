"""What the resources of learning records have in common; no resource itself."""
