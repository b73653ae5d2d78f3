"""From a request to the process of a controller."""
