"""Troubles brought about by hand on a running server: the doctor must name the cause of each."""

from collections.abc import Mapping

from tests.lab.ailments import certificates, logins, machine, media, packages, services
from tests.lab.ailments.ailment import Ailment

_PARTS = (machine, packages, services, logins, media, certificates)
#: Cheap, and the ones that people ask about most.
FREQUENT: tuple[Ailment, ...] = tuple(ailment for part in _PARTS for ailment in part.FREQUENT)
RARE: tuple[Ailment, ...] = tuple(ailment for part in _PARTS for ailment in part.RARE)

#: Rule -> the test in ``test_doctor.py`` that brings it about on a server of its own, or without
#: harm to the server.
ELSEWHERE: Mapping[str, str] = {
    "not-root": "test_a_look_without_roots_rights_says_so",
    "dns-wrong": "test_a_name_that_leads_elsewhere",
}

#: Rule -> why no container can have it. ``docs/lab.md`` says the same.
IMPOSSIBLE: Mapping[str, str] = {
    "receive-buffers": "a container has its host's buffers and cannot set them, so the rule does "
    "not judge containers",
}
