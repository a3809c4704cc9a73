"""Where text comes from, what is thrown away, how it is mixed and tokenized."""
