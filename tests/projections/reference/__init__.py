"""Reference data: catalogue, badges, directory, vocabulary."""
