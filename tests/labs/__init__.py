"""Our built wheel in other JupyterLabs, in a browser: the oldest one, and those that JupyterHub starts."""
