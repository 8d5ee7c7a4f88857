"""The article and its facts out of a page."""
