"""The clusters that there are: found, followed, changed, restarted, ended."""
