"""The mentor's students: the list, one of them, and the check-in of a weekly session."""
