"""From statements in many dialects to domain events in one."""
