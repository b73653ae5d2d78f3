"""``python -m jupyter_dask_slurm.cli``, where the script is not in the path."""

from __future__ import annotations

import sys

from . import main

sys.exit(main())
