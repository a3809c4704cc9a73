"""A tiny web of the tiny world, to crawl without a network: its pages, what is odd in it, its server."""
