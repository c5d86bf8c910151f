"""Reports: one result model, rendered. Every renderer is a function of the report alone."""
