"""Which versions of which programs a target has, for the facts of a report. Pure."""

from fnmatch import fnmatch

from selfhost.catalog.components import components
from selfhost.effective.seen import NoAnswer
from selfhost.effective.server import Server


def versions(server: Server) -> tuple[tuple[str, str], ...]:
    """Installed packages of known programs; empty where packages were not or could not be read."""
    patterns = [name for component in components().values() for name in component.packages]
    try:
        found = {
            (package.name, package.version)
            for package in server.packages
            if package.installed and any(fnmatch(package.name, name) for name in patterns)
        }
    except NoAnswer:
        return ()
    return tuple(sorted(found))
