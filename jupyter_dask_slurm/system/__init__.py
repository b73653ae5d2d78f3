"""This machine: private files, processes, sockets, logs; standard library only."""
