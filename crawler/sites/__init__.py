"""Base spiders: how an article is found on a site."""
