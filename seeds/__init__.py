"""Where crawls begin: one file a source, one URL a line."""
