"""What is refused or doubted before anything starts, and why."""
