"""Import and export: curricula, cohorts, archives, the demo cohort."""
