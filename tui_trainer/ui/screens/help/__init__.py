"""What explains the screen: all keys, words, five things to see, one step."""
