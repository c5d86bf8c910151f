"""Troubles brought about by hand on a running server: the doctor must name the cause of each.

``harm`` is a shell script, run as root inside; ``files`` are kept and put back afterwards, then
``mend`` runs. Each shows at once and is undone in seconds, so that they share one server.
"""

from dataclasses import dataclass

D = "meet.example.test"
_JVB = "/etc/jitsi/videobridge/jvb.conf"
_SITE = f"/etc/jitsi/meet/{D}"


@dataclass(frozen=True)
class Ailment:
    """``rule`` is the only cause that the doctor may tell."""

    rule: str
    harm: str
    mend: str = ":"
    files: tuple[str, ...] = ()


def _signed(names: str, options: str, key: str) -> str:
    """A new certificate for the key, on standard output."""
    return (
        f"openssl req -x509 -new -key {key} -subj /CN={names} "
        f"-addext subjectAltName=DNS:{names} {options}"
    )


#: Cheap, and the ones that people ask about most.
FREQUENT = (
    Ailment(
        "address-mapping",
        f"sed -i 's/203[.]0[.]113[.]10/203.0.113.99/' {_JVB}",
        files=(_JVB,),
    ),
    Ailment(
        "firewall-blocks-media",
        "sed '/Bridge: media/d' /etc/nftables.d/selfhost.nft | nft -f -",
        mend="systemctl restart selfhost-firewall",
    ),
    Ailment(
        "jvb-password",
        f"sed -i -E 's/(PASSWORD\\W+)[A-Za-z0-9]+/\\1Wrong0Wrong0Wrong0/' {_JVB}"
        " && systemctl restart jitsi-videobridge2",
        mend="systemctl restart jitsi-videobridge2",
        files=(_JVB,),
    ),
    Ailment(
        "nginx-dead",
        "echo 'no_such_directive on;' > /etc/nginx/conf.d/broken.conf;"
        " systemctl restart nginx || true",
        mend="rm /etc/nginx/conf.d/broken.conf; systemctl restart nginx",
    ),
    Ailment(
        "turn-certificate-old",
        _signed(D, "-days 90", f"{_SITE}.key") + f" > {_SITE}.crt && systemctl reload nginx",
        mend="systemctl reload nginx",
        files=(f"{_SITE}.crt",),
    ),
)

RARE = (
    Ailment("prosody-dead", "systemctl stop prosody", "systemctl start prosody"),
    Ailment("jicofo-dead", "pkill -KILL -u jicofo", "systemctl restart jicofo"),
    Ailment(
        "jitsi-videobridge2-dead",
        "systemctl stop jitsi-videobridge2",
        "systemctl start jitsi-videobridge2",
    ),
    Ailment("coturn-dead", "systemctl stop coturn", "systemctl start coturn"),
    Ailment(
        "port-taken",
        "systemctl stop nginx; systemd-run -q --unit=rival python3 -m http.server 443;"
        " for i in $(seq 50); do ss -Hltn | grep -q ':443 ' && break; sleep 0.1; done",
        mend="systemctl stop rival; systemctl start nginx",
    ),
    Ailment(
        "focus-password",
        "sed -i -E 's/(password\\W+)[A-Za-z0-9]+/\\1Wrong0Wrong0Wrong0/'"
        " /etc/jitsi/jicofo/jicofo.conf && systemctl restart jicofo",
        mend="systemctl restart jicofo",
        files=("/etc/jitsi/jicofo/jicofo.conf",),
    ),
    Ailment(
        "jvb-password",  # the account is gone
        "rm /var/lib/prosody/auth%2emeet%2eexample%2etest/accounts/jvb.dat"
        " && systemctl restart prosody",
        mend="systemctl restart prosody",
        files=("/var/lib/prosody/auth%2emeet%2eexample%2etest/accounts/jvb.dat",),
    ),
    Ailment(
        "trust-stale",
        f"rm /usr/local/share/ca-certificates/auth.{D}.crt && update-ca-certificates -f"
        " >/dev/null 2>&1 && systemctl restart jicofo jitsi-videobridge2",
        mend="update-ca-certificates -f >/dev/null 2>&1;"
        " systemctl restart jicofo jitsi-videobridge2",
        files=(f"/usr/local/share/ca-certificates/auth.{D}.crt",),
    ),
    Ailment(
        "certificate-names",
        _signed("other.example", "-days 90", f"{_SITE}.key")
        + f" | tee {_SITE}.crt > /etc/coturn/certs/{D}.fullchain.pem"
        " && systemctl reload nginx && systemctl restart coturn",
        mend="systemctl reload nginx && systemctl restart coturn",
        files=(f"{_SITE}.crt", f"/etc/coturn/certs/{D}.fullchain.pem"),
    ),
    Ailment(
        "certificate-not-reloaded",
        _signed(D, "-days 90", f"{_SITE}.key")
        + f" | tee {_SITE}.crt > /etc/coturn/certs/{D}.fullchain.pem && systemctl restart coturn",
        mend="systemctl restart coturn",
        files=(f"{_SITE}.crt", f"/etc/coturn/certs/{D}.fullchain.pem"),
    ),
    Ailment(
        "turn-no-tls",
        f"chown root:root /etc/coturn/certs/{D}.privkey.pem && systemctl restart coturn",
        mend="systemctl restart coturn",
        files=(f"/etc/coturn/certs/{D}.privkey.pem",),
    ),
    Ailment(
        "domain-leftovers",
        "touch /etc/jitsi/meet/old.example.test-config.js",
        "rm /etc/jitsi/meet/old.example.test-config.js",
    ),
    Ailment(
        "domain-leftovers",  # nginx has no site
        f"rm /etc/nginx/sites-enabled/{D}.conf && systemctl reload nginx",
        mend=f"ln -s ../sites-available/{D}.conf /etc/nginx/sites-enabled/"
        " && systemctl reload nginx",
    ),
    Ailment("site-not-served", f": > {_SITE}-config.js", files=(f"{_SITE}-config.js",)),
    Ailment(
        "memory-heaps-too-large",
        "sed -i 's/^VIDEOBRIDGE_MAX_MEMORY=.*/VIDEOBRIDGE_MAX_MEMORY=900g/'"
        " /etc/jitsi/videobridge/config && systemctl restart jitsi-videobridge2",
        mend="systemctl restart jitsi-videobridge2",
        files=("/etc/jitsi/videobridge/config",),
    ),
    Ailment(
        "killed-for-memory",
        "echo 'JVB SEVERE: java.lang.OutOfMemoryError: Java heap space' >> /var/log/jitsi/jvb.log",
        mend="sed -i /OutOfMemoryError/d /var/log/jitsi/jvb.log",
    ),
    Ailment(
        "update-half-done",
        "mkdir -p /tmp/half/DEBIAN && printf '%s\\n' 'Package: jitsi-half' 'Version: 1'"
        " 'Architecture: all' 'Maintainer: nobody <nobody@example.test>' 'Description: x'"
        " > /tmp/half/DEBIAN/control && dpkg-deb -b /tmp/half /tmp/half.deb >/dev/null"
        " && dpkg --unpack /tmp/half.deb >/dev/null",
        mend="dpkg --purge jitsi-half >/dev/null 2>&1; rm -r /tmp/half /tmp/half.deb",
    ),
    Ailment(
        "prosody-modules",
        "echo 'modules_enabled = { \"no_such_module\" }' > /etc/prosody/conf.d/zz.cfg.lua;"
        " echo \"error module 'basexx' not found\" >> /var/log/prosody/prosody.err",
        mend="rm /etc/prosody/conf.d/zz.cfg.lua; sed -i /basexx/d /var/log/prosody/prosody.err",
    ),
    Ailment(
        "plugins-not-loaded",
        "sleep 3; touch /usr/share/jitsi-meet/prosody-plugins/mod_polls.lua",
        mend="systemctl restart prosody",
    ),
    Ailment(
        "other-firewall",
        "nft -f - <<'END'\ntable inet strict { chain input { type filter hook input priority 10;"
        " policy drop; iif lo accept; ct state established,related accept;"
        " tcp dport { 22, 80, 443, 5349 } accept; udp dport 3478 accept; }\n}\nEND",
        mend="nft delete table inet strict",
    ),
    Ailment(
        "firewall-off",
        "systemctl stop selfhost-firewall",
        mend="systemctl start selfhost-firewall",
    ),
    Ailment(
        "settings-of-old",
        "echo org.ice4j.ice.harvest.NAT_HARVESTER_PUBLIC_ADDRESS=203.0.113.99"
        " > /etc/jitsi/videobridge/sip-communicator.properties",
        mend="rm /etc/jitsi/videobridge/sip-communicator.properties",
    ),
    Ailment(
        "bridge-port",
        f"printf '\\nvideobridge.ice.udp.port = 10001\\n' >> {_JVB}"
        " && systemctl restart jitsi-videobridge2",
        mend="systemctl restart jitsi-videobridge2",
        files=(_JVB,),
    ),
)
