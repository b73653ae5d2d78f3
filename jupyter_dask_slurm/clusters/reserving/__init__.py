"""What is had once among all Jupyter servers of a user: the name of a cluster, and the key of a request."""
