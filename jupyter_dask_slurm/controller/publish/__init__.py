"""What others learn of a cluster: its snapshot, its record on disk, its history and log."""
