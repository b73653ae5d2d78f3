"""What is wrong with a cluster, in words, and what to do about it."""
