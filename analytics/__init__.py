"""The log and the read models for analysts."""
