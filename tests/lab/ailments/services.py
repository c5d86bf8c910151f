"""Services that do not run, and what is in their way."""

from tests.lab.ailments.ailment import DOMAIN, SITE, Ailment

FREQUENT = (
    Ailment(
        ("nginx-dead",),
        "echo 'no_such_directive on;' > /etc/nginx/conf.d/broken.conf;"
        " systemctl restart nginx || true",
        mend="rm /etc/nginx/conf.d/broken.conf; systemctl restart nginx",
    ),
)

_PROSODY_CONF = f"/etc/prosody/conf.d/{DOMAIN}.cfg.lua"

RARE = (
    Ailment(("prosody-dead",), "systemctl stop prosody", "systemctl start prosody"),
    Ailment(("jicofo-dead",), "pkill -KILL -u jicofo", "systemctl restart jicofo"),
    Ailment(
        ("jitsi-videobridge2-dead",),
        "systemctl stop jitsi-videobridge2",
        "systemctl start jitsi-videobridge2",
    ),
    Ailment(("coturn-dead",), "systemctl stop coturn", "systemctl start coturn"),
    Ailment(
        ("port-taken",),
        "systemctl stop nginx; systemd-run -q --unit=rival python3 -m http.server 443;"
        " for i in $(seq 50); do ss -Hltn | grep -q ':443 ' && break; sleep 0.1; done",
        mend="systemctl stop rival; systemctl start nginx",
    ),
    # It is there first, as where a provider's image brings it along.
    Ailment(
        ("port-taken", "other-server"),
        "systemctl stop nginx; apt-get install -qq --no-install-recommends lighttpd"
        " >/dev/null 2>&1; systemctl start lighttpd",
        mend="apt-get purge -qq lighttpd >/dev/null 2>&1; rm -rf /etc/lighttpd;"
        " systemctl start nginx",
    ),
    Ailment(("site-not-served",), f": > {SITE}-config.js", files=(f"{SITE}-config.js",)),
    Ailment(
        ("xmpp-not-answering",),
        f'sed -i \'s/^VirtualHost "{DOMAIN}"/VirtualHost "other.test"/\' {_PROSODY_CONF};'
        " systemctl restart prosody",
        mend="systemctl restart prosody",
        files=(_PROSODY_CONF,),
    ),
)
