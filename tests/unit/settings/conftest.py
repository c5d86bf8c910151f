"""Two small roles, so that these tests do not change with the real ones."""

from pathlib import Path

import pytest

from selfhost.provision import content

SITE = """\
---
argument_specs:
  main:
    short_description: What several parts share
    options:
      site_domain:
        type: str
        required: true
        description: The domain that people open.
      site_public_address:
        type: str
        required: true
        description: The IPv4 address that participants reach.
      site_private_address:
        type: str
        description: The server's own address behind NAT.
      site_jvb_password:
        type: str
        required: true
        no_log: true
        description: The bridge's password.
      site_turn_secret:
        type: str
        required: true
        no_log: true
        description: [What TURN credentials are made from.]
"""
WEB = """\
---
argument_specs:
  main:
    short_description: The web server
    options:
      web_https_port:
        type: int
        default: 443
        description: TCP port of HTTPS.
      web_http_port:
        type: int
        default: 80
        description: TCP port of HTTP.
      web_media_port:
        type: int
        default: 443
        description: UDP port.
      web_log:
        type: str
        choices: ["off", "short"]
        default: "off"
        description: [The access log., Off by default.]
      web_own_hosts:
        type: list
        elements: str
        default: ["{{ site_domain }}"]
        description: Hosts of your own | that browsers may contact.
      web_pages:
        type: list
        elements: dict
        default: []
        description: Pages.
        options:
          url: {type: str, required: true, description: Where.}
          weight: {type: int, description: Order.}
      web_extra_ports: {type: list, elements: int, default: [], description: More ports.}
      web_max_memory: {type: str, default: "", description: A size.}
      tls_mode: {type: str, choices: [self-signed, own], default: self-signed, description: x}
      tls_certificate: {type: str, default: "", description: A file.}
      tls_private_key: {type: str, default: "", description: A file.}
      web_ratio:
        type: float
        default: 0.5
        description: A share.
"""


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "content"
    for name, text in {"site": SITE, "web": WEB}.items():
        meta = root / "roles" / name / "meta"
        meta.mkdir(parents=True)
        (meta / "argument_specs.yml").write_text(text)
        (meta.parent / "README.md").write_text(
            f"# {name}\n\n<!-- variables -->\n<!-- /variables -->\n\nend\n"
        )
    (root / "playbooks").mkdir()
    (root / "playbooks" / "ansible.cfg").write_text("[defaults]\n")
    monkeypatch.setattr(content, "root", lambda: root)
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    return root / "roles"


@pytest.fixture
def inventory(roles: Path, tmp_path: Path) -> Path:
    """A valid inventory, as ``selfhost init`` writes it."""
    from selfhost.settings.create import Plan, create
    from selfhost.settings.render import HostEntry

    directory = tmp_path / "inventory"
    host = HostEntry("meet.example.net", "203.0.113.7", user="admin", port=2222)
    create(directory, Plan("meet.example.net", host, "203.0.113.7"))
    return directory
