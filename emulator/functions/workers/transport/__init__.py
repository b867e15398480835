"""How workers reach this server, for the Runtime API and the endpoint alike.

Over TCP at this machine's address in the VPC, or, where a firewall keeps containers from that, through their holder: it
makes listening sockets in its network and hands them over to the server through a mounted unix socket. A worker then
talks to its own loopback, and nothing is copied on the way.
"""
