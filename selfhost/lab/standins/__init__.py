"""Packages that take the place of Jitsi's own in a lab without Jitsi's repository.

``build_repository`` makes a signed flat apt repository of them. They have the real names, files,
questions, users, units, ports and unfriendly habits; the programs behind them are small daemons
that log in to the real Prosody with their real configuration.
"""

from selfhost.lab.standins.repository import Flavour, Repository, build_repository

__all__ = ["Flavour", "Repository", "build_repository"]
