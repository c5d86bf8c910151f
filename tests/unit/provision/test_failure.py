"""What a person is told when a task has failed, of what programs really say (captured)."""

import pytest

from selfhost.errors import ProvisionError, TargetError
from selfhost.provision.events import Failure
from selfhost.provision.failure import advice, told


def failed(message: str = "", stderr: str = "", **fields: object) -> Failure:
    known = {
        "host": "meet.example.org",
        "role": "jitsi_repository",
        "task": "Install packages",
        "unreachable": False,
        "hidden": False,
        "item": "",
    }
    return Failure(**{**known, "message": message, "stderr": stderr, **fields})  # type: ignore[arg-type]


SAID = {
    "lock": "Failed to lock apt for exclusive operation: Failed to lock directory "
    "/var/lib/apt/lists/: E:Could not get lock /var/lib/apt/lists/lock. It is held by process 71",
    "sign-in page": "Failed to update apt cache after 5 retries: W:Updating from such a repository "
    "can't be done securely, and is therefore disabled by default., E:Failed to fetch "
    "http://127.0.0.1:9005/stable/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the "
    "network require authentication?), E:The repository 'http://127.0.0.1:9005 stable/ InRelease' "
    "is not signed.",
    "not found": "Failed to update apt cache after 5 retries: E:The repository "
    "'http://127.0.0.1:9004 stable/ Release' does not have a Release file.",
    "wrong key": "Failed to update apt cache after 5 retries: W:GPG error: http://10.89.5.250 "
    "stable/ InRelease: The following signatures couldn't be verified because the public key is "
    "not available: NO_PUBKEY 2B2D4A6FA1F9B3C1, E:The repository 'http://10.89.5.250 stable/ "
    "InRelease' is not signed.",
    "clock": "Failed to update apt cache after 5 retries: E:Release file for "
    "http://packages.example.org/debian/bookworm-updates/InRelease is not valid yet (invalid for "
    "another 1d 2h 3min 4s). Updates for this repository will not be applied.",
    "expired": "E:Release file for http://10.89.5.250/stable/InRelease is expired (invalid since "
    "3d 4h 5min 6s). Updates for this repository will not be applied.",
    "damaged": "E: Failed to fetch http://10.89.5.250/stable/jicofo_1.0_all.deb  Hash Sum mismatch",
    "refused": "E: Failed to fetch http://127.0.0.1:9999/stable/x.deb  Could not connect to "
    "127.0.0.1:9999 (127.0.0.1). - connect (111: Connection refused)",
    "no route": "E: Failed to fetch http://10.89.5.250/x.deb  Cannot initiate the connection to "
    "10.89.5.250:80 (10.89.5.250). - connect (101: Network is unreachable)",
    "names": "E: Failed to fetch http://packages.example.org/x.deb  Temporary failure resolving "
    "'packages.example.org'",
    "disk": "E: You don't have enough free space in /var/cache/apt/archives/.",
    "write": "Failure downloading http://10.89.5.250/key, failed to create temporary content file: "
    "[Errno 28] No space left on device",
    "interrupted": "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to "
    "correct the problem.",
    "acme name": "the ACME server could not verify that the name is this server's: "
    "meet.example.org: 203.0.113.7: Fetching http://meet.example.org/x: Connection refused",
    "acme away": "the ACME server https://ca.example.org/dir cannot be reached: it refuses "
    "connections",
    "acme limit": "the ACME server https://ca.example.org/dir refuses (rateLimited): too many",
    "dropped": "no available installation candidate for jicofo=1.0-1189-1",
    "postinst": "'/usr/bin/apt-get -y install jicofo' failed: E: Sub-process /usr/bin/dpkg "
    "returned an error code (1)",
}
TELLS = {
    "lock": "another apt runs",
    "sign-in page": "sign-in page",
    "not found": "no such repository",
    "wrong key": "not signed by the key",
    "clock": "clock",
    "expired": "clock",
    "damaged": "damaged",
    "refused": "network",
    "no route": "network",
    "names": "cannot resolve names",
    "disk": "free disk space",
    "write": "free disk space",
    "interrupted": "apply again",
    "acme name": "port 80 must be open to the Internet",
    "acme away": "Until then the old certificate is used",
    "acme limit": "tls_acme_staging: true",
    "dropped": "the repository no longer has a version",
    "postinst": "apply again",
}


@pytest.mark.parametrize("kind", SAID)
def test_each_trouble_gets_its_own_advice(kind: str) -> None:
    for failure in (failed(message=SAID[kind]), failed("it failed", stderr=SAID[kind])):
        assert TELLS[kind] in advice(failure)


def test_the_error_says_what_where_why_and_how_to_mend() -> None:
    error = told([failed(SAID["not found"], stderr="W: one\nE: two\n")], "runs/1/ansible.log")
    assert isinstance(error, ProvisionError)
    first, *more = error.message.splitlines()
    assert first.startswith("jitsi_repository : Install packages: failed on meet.example.org: ")
    assert "http://127.0.0.1:9004" in first
    assert [line.strip() for line in more] == ["W: one", "E: two"]
    assert "jitsi_repository_url" in error.hint
    assert "log: runs/1/ansible.log" in error.hint


def test_what_a_program_says_of_secrets_is_not_repeated() -> None:
    error = told([failed("hidden", hidden=True)], "log")
    assert error.message.endswith("hidden, as the task handles secrets")


def test_a_lost_host_counts_only_when_nothing_else_failed() -> None:
    lost = failed("ssh: connect: No route to host", unreachable=True)
    assert isinstance(told([lost], "log"), TargetError)
    assert "Install packages" in told([lost, failed("no")], "log").message
