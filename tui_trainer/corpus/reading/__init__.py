"""Foreign files into text, whatever is in them: found, opened, sampled when too large, cut into documents."""
