"""What runs on an event loop: tasks in the background, pauses between tries, long work in slices."""
