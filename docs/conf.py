"""How the site is built: ``scripts/docs``. Every warning of Sphinx is an error."""

from __future__ import annotations

import sys
from pathlib import Path

import jupyter_dask_slurm

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

_SOURCES = "https://github.com/jupyter-dask-slurm/jupyter-dask-slurm"

project = "jupyter-dask-slurm"
author = "The jupyter-dask-slurm developers"
copyright = author
version = release = jupyter_dask_slurm.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "options_page",
    "rest_page",
    "repository_links",
]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
smartquotes_action = "q"  # two dashes are those of a command
suppress_warnings = ["config.cache"]  # it is built anew where something is not to be pickled
show_warning_types = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3  # as on GitHub, where links to headings are the same
copybutton_exclude = ".linenos, .gp, .go"

autodoc_typehints = "none"  # numpydoc's texts name the types
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "jupyter-dask-slurm"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_sidebars = {"index": [], "first-cluster": []}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "jupyter-dask-slurm"},
    "icon_links": [{"name": "Sources", "url": _SOURCES, "icon": "fa-brands fa-github"}],
    "header_links_before_dropdown": 6,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
