"""What is known of a controller from where we are: the ways to it, what it says, whether it lives."""
