"""The speed figures that the README names, each a ratio within one run."""
