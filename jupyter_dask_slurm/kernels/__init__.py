"""The Pythons of kernels, and what runs in them."""
