"""Makes of the jobs that there are those that are wanted: one loop, decisions apart from doing."""
