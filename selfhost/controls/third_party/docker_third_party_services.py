from selfhost.controls.docker_predicates import own_urls, switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="docker-third-party-services",
    title="Storage, calendar, phone, pads and branding stay at home",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="Each of these variables connects the client to a service that learns "
    "rooms, people or what they write. Own addresses are accepted; keys of "
    "companies are not.",
    upstream_default="none",
    fix=Fix(by_hand="Remove the named variable from .env, or point it at your own server."),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",),
    surfaces=(
        "web-dropbox",
        "web-calendar-google",
        "web-calendar-microsoft",
        "web-etherpad",
        "web-whiteboard",
        "web-dialin-mapper",
        "web-dialout",
        "web-invite-service",
        "web-people-search",
        "web-dynamic-branding",
        "web-token-auth-url",
    ),
    check=every(
        switched_off(
            "the client is tied to this company",
            "DROPBOX_APPKEY",
            "ENABLE_CALENDAR",
            "GOOGLE_API_APP_CLIENT_ID",
            "MICROSOFT_API_APP_CLIENT_ID",
            "CHROME_EXTENSION_BANNER_JSON",
        ),
        own_urls(
            "rooms or people become known there",
            "ETHERPAD_PUBLIC_URL",
            "WHITEBOARD_COLLAB_SERVER_PUBLIC_URL",
            "CONFCODE_URL",
            "DIALIN_NUMBERS_URL",
            "DIALOUT_AUTH_URL",
            "DIALOUT_CODES_URL",
            "INVITE_SERVICE_URL",
            "PEOPLE_SEARCH_URL",
            "DYNAMIC_BRANDING_URL",
            "BRANDING_DATA_URL",
            "TOKEN_AUTH_URL",
        ),
    ),
    bad=(
        env("DROPBOX_APPKEY=abc\n", at=1),
        env(
            "PUBLIC_URL=https://meet.example.org\nETHERPAD_PUBLIC_URL=https://pad.example.com/p/\n",
            at=2,
        ),
        env("ENABLE_CALENDAR=1\n", at=1),
        env("CONFCODE_URL=https://conference-mapper.jitsi.net/v1/access\n", at=1),
    ),
    good=(
        env("PUBLIC_URL=https://meet.example.org\n"),
        env(
            "PUBLIC_URL=https://meet.example.org\nETHERPAD_PUBLIC_URL=https://pad.example.org/p/\n"
        ),
        env("ETHERPAD_URL_BASE=http://etherpad.meet.jitsi:9001\n", note="inside"),
        env("#DROPBOX_APPKEY=abc\n", note="a comment"),
        NO_ENV,
    ),
    unclear=(
        env(
            "BRANDING_DATA_URL=https://brand.example.com/\n",
            note="the deployment's own name is not known",
        ),
    ),
)
