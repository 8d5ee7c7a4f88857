"""The crawl: from "this source is due" to a stored article."""
