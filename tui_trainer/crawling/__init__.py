"""Text collected over HTTP, politely: what may be asked, what is asked next, what is kept."""
