"""How processes and hosts reach one another: unix sockets, network interfaces."""
