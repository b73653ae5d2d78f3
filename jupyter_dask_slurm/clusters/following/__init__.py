"""Keeps what is known of a cluster true: from the host of its controller, and from another one."""
