"""The read models, and what they are folded with."""
