"""What is thrown out of the corpus, and why: a small file for each filter, run in order by `chain`."""
