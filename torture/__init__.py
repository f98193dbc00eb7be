"""Experiments that hurt the console on purpose, and count what was lost.

Each module is one experiment: `python -m torture.NAME` prints one line of figures and exits with 1 on any loss.
`make torture` runs them all; `make torture LONG=1` runs them longer. What they found stands in docs/reliability.md.
"""
