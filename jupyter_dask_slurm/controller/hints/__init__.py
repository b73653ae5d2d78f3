"""What would make better use of a cluster: measured while it works, judged, and said one at a time."""
