"""Files in and out: lists, calendars, the platform's sessions, whole stores, curricula, the demo cohort."""
