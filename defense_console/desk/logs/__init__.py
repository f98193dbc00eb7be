"""Logs at the desk: numbering, checking, folding, leases, what is not saved and what was refused."""
