"""What a user asked for, completed by Dask's configuration, as keywords of dask-jobqueue."""
