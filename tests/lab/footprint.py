"""All that can be seen of a server from outside its programs, for comparing before and after."""

import re

from selfhost import lab

#: Runs on the server: a line for each file, package, user and so on. What changes by itself on any
#: server (logs, caches, counters of time) is left out or noted without content.
_SCRIPT = r"""
find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
    -o -path /var/tmp -o -path /var/cache/apt -o -path /var/lib/apt/lists \) -prune \
    -o -printf 'file %p %y %m %u %g %l\n'
find /etc /usr/local /opt /srv /root /home -xdev -type f -exec sha256sum {} + | sed 's/^/content /'
find /run/systemd/generator.late /run/systemd/system /run/systemd/transient -printf 'run %p\n'
dpkg-query --show --showformat 'package ${Package} ${db:Status-Status}\n'
apt-mark showmanual | sed 's/^/manual /'
apt-mark showhold | sed 's/^/hold /'
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
for owner in $(debconf-show --listowners); do
    debconf-show "$owner" | sed "s|^|debconf $owner |"
done
nft list ruleset 2>/dev/null | sed 's/^/nft /'
systemctl list-unit-files --no-legend --plain | awk '{print "unit", $1, $2}'
systemctl list-units --failed --no-legend --plain | sed 's/^/failed /'
systemctl list-units --all --no-legend --plain 'selfhost*' | sed 's/^/loaded /'
ls /var/lib/apt/lists | sed 's/^/list /'
ss -Htuln | awk '{print "listens", $1, $5}'
"""


def footprint(server: str) -> frozenset[str]:
    """The lines, without what any server changes by itself."""
    done = lab.run(server, ["bash", "-c", _SCRIPT], timeout=300)
    assert done.returncode == 0, done.stderr
    return frozenset(line for line in done.stdout.decode().splitlines() if not _ITSELF.search(line))


_ITSELF = re.compile(
    r"^file (/var/log/journal|/var/lib/systemd/timers|/var/log/(dpkg|alternatives|apt)\b)"
)


def unexplained(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """What is there after an uninstallation and was not before, or the other way round, but for
    what is explained here."""
    different = sorted(
        {f"+ {line}" for line in after - before} | {f"- {line}" for line in before - after}
    )
    return [line for line in different if not any(form.search(line) for form in _EXPLAINED)]


_EXPLAINED = tuple(
    re.compile(form)
    for form in (
        # Lists of users, and their backups: users are compared one by one.
        r"^. content \w+  /etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$",
        r"^. file /etc/(subuid|subgid)-? ",
        # What apt and dpkg keep of their own work.
        r"^. list ",
        r"^. file /var/(cache/debconf|cache/ldconfig|lib/dpkg|lib/ucf|cache/man)\b",
        r"^. content \w+  /etc/ld\.so\.cache$",
        r"^. file /var/lib/systemd/(deb-systemd-helper|catalog)",
        r"^. file /var/lib/apt/extended_states",
        # Of sudo and of the lab.
        r"/\.sudo_as_admin_successful\b",
        r"^. file /var/log/standin ",
        # systemd's own folder of units that are in no file; it stays empty.
        r"^. run /run/systemd/transient$",
        # The package that the test installed as the admin.
        r"\bless(key|echo|pipe|file)?\b|^. file /etc/alternatives/pager\b",
    )
)
