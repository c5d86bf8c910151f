"""Which interface_config.js a browser gets."""

import pytest

from selfhost.effective.interface import configs
from selfhost.effective.seen import Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State

SHIPPED = "/usr/share/jitsi-meet/interface_config.js"
OWN = "/etc/jitsi/meet/meet.example.org-interface_config.js"
NGINX = f"""# configuration file /etc/nginx/nginx.conf:
http {{
  server {{
    location = /interface_config.js {{ alias {OWN}; }}
    location = /_upstream/interface_config.js {{ internal; alias {SHIPPED}; }}
  }}
}}
"""


def server(own: str, nginx: str = NGINX) -> Server:
    shipped = "var interfaceConfig = { MOBILE_APP_PROMO: true, APP_NAME: 'Jitsi Meet' };\n"
    documents = [
        Document("web.interface", SHIPPED, State.PRESENT, shipped.encode()),
        Document("web.interface", OWN, State.PRESENT, own.encode()),
        Document("nginx.effective", "$ nginx -T", State.PRESENT, nginx.encode()),
    ]
    scope = frozenset({"web.interface", "nginx.effective"})
    return Server(Evidence("t", "2026-01-01T00:00:00Z", tuple(documents), scope))


def test_the_served_file_with_what_it_includes() -> None:
    (config,) = configs(
        server(
            '<!--# include virtual="/_upstream/interface_config.js" -->\n'
            "interfaceConfig.MOBILE_APP_PROMO = false;\n"
        )
    )
    promo = config.get("MOBILE_APP_PROMO")
    assert promo is not None
    assert promo.value is False
    assert (promo.origin.path, promo.origin.line) == (OWN, 2)
    assert [place.path for place in promo.overrides] == [SHIPPED]
    name = config.get("APP_NAME")
    assert name is not None
    assert name.origin.path == SHIPPED


def test_an_include_of_something_else_is_not_known() -> None:
    (config,) = configs(
        server('<!--# include virtual="/other.js" -->\ninterfaceConfig.MOBILE_APP_PROMO = false;\n')
    )
    assert config.unreadable is not None


def test_without_a_place_in_nginx_each_file_stands_for_itself() -> None:
    own = "var interfaceConfig = { MOBILE_APP_PROMO: false };\n"
    nginx = "# configuration file /etc/nginx/nginx.conf:\nhttp { server { } }\n"
    found = configs(server(own, nginx))
    assert [config.place.path for config in found] == [SHIPPED, OWN]


def test_on_a_server_whose_nginx_may_not_be_read_nobody_knows() -> None:
    documents = (
        Document("web.interface", SHIPPED, State.PRESENT, b"var interfaceConfig = {};\n"),
        Document("nginx.effective", "$ nginx -T", State.DENIED),
    )
    with pytest.raises(Unseen):
        configs(Server(Evidence("t", "2026-01-01T00:00:00Z", documents)))
