"""What the association reports of a year: counts typed by facilitators, never names."""
