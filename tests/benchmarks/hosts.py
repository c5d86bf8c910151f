"""Many hosts at once: each is a login to one real sshd that replays what a real server answered,
with the nonce that it is asked with and after as long as that took. So our side is measured
(connecting, reading, judging, reporting) and not a hundred collectors on the machine that also has
to judge.

Run as a program it audits, and prints the seconds: ``hosts.py COUNT PORT KEY KNOWN_HOSTS``.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from selfhost import lab
from selfhost.errors import LabError
from tests.benchmarks.stages import NONCE

USER = "replay"
_SET_UP = r"""
set -e
id replay >/dev/null 2>&1 || useradd -m -p '*' -s /bin/sh replay
install -d -o replay -m 700 /home/replay/.ssh
install -o replay -m 600 /home/admin/.ssh/authorized_keys /home/replay/.ssh/authorized_keys
cat > /var/lib/replay
cat > /usr/local/bin/replay <<END
#!/bin/sh
nonce=\$(grep -ao '"nonce": "[0-9a-f]*"' | tail -n 1 | cut -d '"' -f 4)
sleep $1
exec sed "1s/$2/\$nonce/" /var/lib/replay
END
chmod 755 /usr/local/bin/replay
printf 'MaxStartups 200:30:400\nMatch User replay\n  ForceCommand /usr/local/bin/replay\n' \
    > /etc/ssh/sshd_config.d/60-replay.conf
systemctl reload ssh
"""


def set_up(server: lab.LabServer, answer: bytes, seconds: float) -> None:
    """Let a lab server answer each login of ``USER`` with this, after so many seconds."""
    command = ["sh", "-c", _SET_UP, "replay", f"{seconds:.2f}", NONCE]
    done = lab.run(server.name, command, input=answer)
    if done.returncode:
        raise LabError("The server cannot replay.", hint=done.stderr.decode()[-500:])


def command(server: lab.LabServer, count: int) -> list[str]:
    """What audits that many of them."""
    where = [str(server.ssh_port), server.key, server.known_hosts]
    return [sys.executable, "-m", "tests.benchmarks.hosts", str(count), *where]


def main(count: int, port: int, key: Path, known_hosts: Path) -> int:
    """Audit, and write the JSON report to nowhere; the number of hosts that were not judged."""
    from selfhost.audit.policy import decide
    from selfhost.reports import formats
    from selfhost.runners import judging, side_by_side
    from selfhost.targets.ssh import SshTarget
    from selfhost.targets.ssh_connection import Endpoint

    profile = judging.profile("private")
    endpoint = Endpoint("127.0.0.1", port, USER, key, (known_hosts,))
    targets = [SshTarget(endpoint, f"meet{number:03}") for number in range(count)]
    reports = side_by_side.audit(targets, lambda: judging.controls(profile))
    report = judging.report(reports, judging.controls(profile), "low")
    report = decide(report, profile, (), datetime.now(UTC).date(), None, False)
    with Path("/dev/null").open("w") as nowhere:
        nowhere.writelines(formats.pieces(report, "json"))
    return sum(bool(one.unreachable) for one in reports)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])))
