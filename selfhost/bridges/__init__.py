"""Video bridges of a site of several hosts: added, drained, removed without dropping a call."""
