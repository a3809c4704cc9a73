"""Helper processes that do what needs torch: the screen itself never imports it."""
