"""Which paths a backup may hold and a restore may write."""

import pytest

from selfhost.backup.places import Kind, encoded, kind_of, link_kind, owner_of

DOMAIN = "meet-1.example.org"
FOLDER = "/var/lib/prosody/meet%2d1%2eexample%2eorg"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{FOLDER}/accounts/anna.dat", Kind.ACCOUNT),
        (f"{FOLDER}/account_roles/anna.dat", Kind.ACCOUNT),
        ("/var/lib/prosody/auth%2emeet%2d1%2eexample%2eorg/accounts/focus.dat", Kind.ACCOUNT),
        (f"/var/lib/prosody/auth.{DOMAIN}.key", Kind.CERTIFICATE),
        (f"/etc/jitsi/meet/{DOMAIN}.crt", Kind.CERTIFICATE),
        ("/etc/letsencrypt/archive/selfhost/privkey1.pem", Kind.CERTIFICATE),
        ("/etc/letsencrypt/renewal/selfhost.conf", Kind.CERTIFICATE),
        (f"/etc/jitsi/meet/{DOMAIN}-config.js", Kind.CUSTOMISATION),
        ("/etc/jitsi/meet/images/logo.svg", Kind.CUSTOMISATION),
        ("/etc/nginx/conf.d/mine.conf", Kind.CUSTOMISATION),
    ],
)
def test_what_a_site_needs_is_in(path: str, kind: Kind) -> None:
    assert kind_of(path, DOMAIN) is kind


@pytest.mark.parametrize(
    "path",
    [
        # Written anew by the roles.
        f"/etc/jitsi/meet/{DOMAIN}-interface_config.js",
        "/etc/nginx/snippets/selfhost-log.conf",
        f"/etc/nginx/sites-available/{DOMAIN}.conf",
        # Logs, chats, files, rooms.
        "/var/log/jitsi/jvb.log",
        f"{FOLDER}/offline/anna.list",
        f"{FOLDER}/archive/anna.list",
        f"{FOLDER}/http_file_share/x.dat",
        "/var/lib/prosody/conference%2emeet%2d1%2eexample%2eorg/persistent/rooms.dat",
        # Another site's, and what a hostile server or backup would like to bring.
        "/var/lib/prosody/other%2eexample%2eorg/accounts/eve.dat",
        "/etc/passwd",
        "/etc/cron.d/evil",
        "/etc/letsencrypt/renewal-hooks/deploy/evil",
        "/etc/systemd/system/evil.service",
        "/etc/nginx/modules-enabled/evil.conf",
        f"{FOLDER}/accounts/../../../../../etc/passwd.dat",
        "/etc/jitsi/meet/../../cron.d/evil",
        "/etc/jitsi/meet//evil",
        "/etc/jitsi/meet/.hidden",
        "/etc/jitsi/meet/line\nbreak",
        "etc/jitsi/meet/relative.crt",
        "",
    ],
)
def test_all_else_is_out(path: str) -> None:
    assert kind_of(path, DOMAIN) is None


def test_links_lead_where_they_should() -> None:
    live = "/etc/letsencrypt/live/selfhost/privkey.pem"
    assert link_kind(live, "../../archive/selfhost/privkey1.pem", DOMAIN) is Kind.CERTIFICATE
    assert link_kind(live, "../../archive/other/privkey1.pem", DOMAIN) is None
    assert link_kind(live, "/etc/shadow", DOMAIN) is None
    assert link_kind(live, "../../../../etc/shadow", DOMAIN) is None
    site = "/etc/nginx/sites-enabled/shop"
    assert link_kind(site, "../sites-available/shop", DOMAIN) is Kind.CUSTOMISATION
    assert link_kind(site, "/etc/shadow", DOMAIN) is None
    assert link_kind(f"{FOLDER}/accounts/anna.dat", "/etc/shadow", DOMAIN) is None


def test_names_and_owners() -> None:
    assert encoded(DOMAIN) == "meet%2d1%2eexample%2eorg"
    assert owner_of(f"{FOLDER}/accounts/anna.dat") == "prosody"
    assert owner_of("/etc/jitsi/meet/x.key") == "root"
