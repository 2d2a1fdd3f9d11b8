"""From statements to domain events."""
