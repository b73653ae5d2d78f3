"""The reconcile loop brings the jobs that there are to the plan: decisions apart from doing."""
