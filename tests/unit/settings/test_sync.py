"""What follows from the roles' argument specs."""

import re
from pathlib import Path

import yaml

from selfhost.provision import content
from selfhost.settings.specs import load_specs, options_of
from selfhost.settings.sync import defaults_text, derived_files, outdated


def test_this_checkout_is_in_step() -> None:
    checkout = content.checkout()
    assert sorted(str(path.relative_to(checkout)) for path in outdated(checkout)) == []


def test_settings_that_our_code_names_exist() -> None:
    options = options_of(load_specs(content.checkout() / "roles"))
    source = Path(content.__file__).parent
    texts = [
        path.read_text()
        for path in (*source.glob("*.py"), *(source.parent / "settings").glob("*.py"))
    ]
    named = set(re.findall(r'"((?:site|tls|preflight|videobridge)_[a-z0-9_]+)"', "\n".join(texts)))
    assert len(named) >= 8
    assert named - set(options) == set()


def test_defaults_hold_exactly_the_options_with_a_default(roles: Path) -> None:
    specs = {spec.name: spec for spec in load_specs(roles)}
    assert yaml.safe_load(defaults_text(specs["web"])) == {
        "web_https_port": 443,
        "web_http_port": 80,
        "web_media_port": 443,
        "web_log": "off",
        "web_own_hosts": ["{{ site_domain }}"],
        "web_pages": [],
        "web_extra_ports": [],
        "web_max_memory": "",
        "tls_mode": "self-signed",
        "tls_certificate": "",
        "tls_private_key": "",
        "web_ratio": 0.5,
    }
    files = derived_files(roles.parent)
    assert roles / "web/defaults/main.yml" in files
    assert roles / "site/defaults/main.yml" not in files


def test_the_readme_table_is_replaced_and_the_rest_kept(roles: Path) -> None:
    readme = roles / "web" / "README.md"
    text = derived_files(roles.parent)[readme]
    assert text.startswith("# web\n\n<!-- variables -->\n| variable |")
    assert text.endswith("<!-- /variables -->\n\nend\n")
    assert '| `web_log` | `off`, `short` | `"off"` | The access log. Off by default. |' in text
    assert "Hosts of your own \\| that browsers" in text
    readme.write_text(text)
    assert readme not in outdated(roles.parent)
