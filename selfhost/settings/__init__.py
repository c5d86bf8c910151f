"""The site's settings: read from the inventory, checked against what the roles declare."""
