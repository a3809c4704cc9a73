"""What is known of the model: exam, samples, parts; its answers, from the inside and beside each other."""
