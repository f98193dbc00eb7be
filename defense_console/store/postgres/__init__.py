"""The store of a school: one PostgreSQL database for many mentors, behind the same protocol. See docs/school.md."""
