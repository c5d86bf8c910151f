"""The site's settings: read from the inventory, checked against what the roles declare."""

from selfhost.settings.site import Host, Site, load_site

__all__ = ["Host", "Site", "load_site"]
