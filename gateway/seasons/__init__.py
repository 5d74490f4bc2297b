"""Past seasons: what was advised, day by day, against what happened."""
