"""Which characters follow each other in Chinese text; loaded at the first damage."""
