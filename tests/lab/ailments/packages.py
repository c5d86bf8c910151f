"""What updates leave behind."""

from tests.lab.ailments.ailment import DOMAIN, Ailment

FREQUENT: tuple[Ailment, ...] = ()


def _package(version: str, *more: str) -> str:
    """Builds /tmp/half.deb from the folder /tmp/half."""
    lines = (
        *("Package: jitsi-half", f"Version: {version}", "Architecture: all", "Description: x"),
        "Maintainer: nobody <nobody@example.test>",
    )
    fields = " ".join(f"'{line}'" for line in lines)
    return " && ".join(
        (
            f"mkdir -p /tmp/half/DEBIAN && printf '%s\\n' {fields} > /tmp/half/DEBIAN/control",
            *more,
            "dpkg-deb -b /tmp/half /tmp/half.deb >/dev/null",
        )
    )


_PURGE = "dpkg --purge jitsi-half >/dev/null 2>&1; rm -r /tmp/half /tmp/half.deb"
_CONF = "/etc/jitsi/meet/half.conf"
_PROSODY_CONF = f"/etc/prosody/conf.d/{DOMAIN}.cfg.lua"
_PLUGIN = "/usr/share/jitsi-meet/prosody-plugins/mod_needy.lua"


def _settings_file(version: str) -> str:
    return _package(
        version,
        f"mkdir -p /tmp/half/etc/jitsi/meet && echo {version} > /tmp/half{_CONF}"
        f" && echo {_CONF} > /tmp/half/DEBIAN/conffiles",
    )


RARE = (
    Ailment(
        ("update-half-done",),
        f"{_package('1')} && dpkg --unpack /tmp/half.deb >/dev/null",
        mend=_PURGE,
    ),
    Ailment(
        ("prosody-java-versions",),
        "dpkg --remove --force-depends openjdk-17-jre-headless >/dev/null",
        mend="apt-get install -qq --no-download openjdk-17-jre-headless >/dev/null 2>&1",
    ),
    # Prosody itself writes down what it misses, when it starts.
    Ailment(
        ("prosody-modules",),
        f"echo 'local base = require \"basexx\"' > {_PLUGIN};"
        f' sed -i \'s/"bosh";/"bosh"; "needy";/\' {_PROSODY_CONF}; systemctl restart prosody',
        mend=f"rm {_PLUGIN}; sleep 3; systemctl restart prosody",
        files=(_PROSODY_CONF,),
    ),
    Ailment(
        ("plugins-not-loaded",),
        "sleep 3; touch /usr/share/jitsi-meet/prosody-plugins/mod_polls.lua",
        mend="systemctl restart prosody",
    ),
    # dpkg leaves it; harmless alone, so that it is told beside something else.
    Ailment(
        ("settings-left-aside", "coturn-dead"),
        f"{_settings_file('1')} && dpkg -i /tmp/half.deb >/dev/null && echo mine > {_CONF}"
        f" && {_settings_file('2')} && dpkg --force-confold -i /tmp/half.deb >/dev/null"
        " && systemctl stop coturn",
        mend=f"systemctl start coturn; {_PURGE}",
    ),
)
