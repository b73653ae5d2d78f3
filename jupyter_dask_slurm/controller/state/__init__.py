"""What the controller knows: the table of jobs, the connected workers, and its own facts."""
