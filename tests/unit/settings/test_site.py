"""Reading an inventory: values, and one clear sentence for whatever is wrong."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from selfhost.errors import SettingsError
from selfhost.provision import content
from selfhost.settings.site import load_site


def _append(inventory: Path, text: str) -> int:
    """Append to settings.yml; the number of the first new line."""
    path = inventory / "group_vars/all/settings.yml"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + text)
    return lines + 1


def _set(inventory: Path, old: str, new: str) -> None:
    path = inventory / "group_vars/all/settings.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _fails(inventory: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_site(inventory)
    return caught.value


def test_a_valid_inventory_gives_hosts_settings_and_defaults(inventory: Path) -> None:
    site = load_site(inventory)
    (host,) = site.hosts
    assert (host.name, host.address, host.port) == ("meet.example.net", "203.0.113.7", 2222)
    assert (host.user, host.become, host.identity_file) == ("admin", True, None)
    assert set(host.groups) == {"jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn"}
    assert site.domain == "meet.example.net"
    assert site.settings["web_https_port"] == 443
    assert site.known_hosts == inventory / "known_hosts"


def test_no_repr_shows_a_secret(inventory: Path) -> None:
    site = load_site(inventory)
    secret = site.settings["site_turn_secret"]
    assert secret in site.secrets()
    assert secret not in repr(site)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("web_htps_port: 1\n", "web_htps_port: there is no such setting", "web_https_port?"),
        ("web_https_port: '8'\n", "expected a whole number, got the text '8'", "without quotes"),
        ("web_https_port: yes\n", "expected a whole number, got true", ""),
        ("web_https_port:\n", "expected a whole number, got nothing", "write a value"),
        ("web_log: shrt\n", "expected one of off, short, got the text 'shrt'", "short?"),
        ("web_log: off\n", "expected one of off, short, got false", "quotes"),
        ("web_own_hosts: a\n", "expected a list, got the text 'a'", "- item"),
        ("web_own_hosts: [1]\n", "web_own_hosts[0]: expected text, got the number 1", "quotes"),
        ("web_ratio: x\n", "expected a number", "without quotes"),
        ("web_pages: [{weight: 1}]\n", "web_pages[0].url: is required and missing: Where.", ""),
        ("web_pages: [{url: a, wieght: 1}]\n", "web_pages[0].wieght: there is no", "weight?"),
        ("web_https_port: 80\n", "web_https_port: 80 is taken by web_http_port", "another port"),
        ("web_http_port: 70000\n", "70000 is not a port", "65535"),
        ("web_extra_ports: [1, 99999]\n", "99999 is not a port", "65535"),
        ("web_max_memory: 3 GB\n", "'3 GB' is not a size", "1024m"),
        ("web_log: [\n", "not valid YAML", ""),
        ("\tweb_log: x\n", "not valid YAML", "spaces"),
        ("web_log: a: b\n", "not valid YAML", "quotes"),
        ("web_log: !!python/object:os.system x\n", "the tag", ""),
        ("web_log: short\nweb_log: short\n", "web_log stands twice", "only the last"),
        ("1: x\n", "a setting's name must be text", "quotes"),
        ("- x\n", "not valid YAML", ""),
    ],
)
def test_a_bad_setting_is_told_with_file_and_line(
    inventory: Path, text: str, message: str, hint: str
) -> None:
    line = _append(inventory, text)
    error = _fails(inventory)
    assert message in error.message
    assert hint in error.hint
    place = f"{inventory}/group_vars/all/settings.yml:{line}"
    after = f"{inventory}/group_vars/all/settings.yml:{line + 1}"  # where the parser gave up
    assert error.message.startswith((place, after))


def test_types_left_to_ansible_when_the_value_is_a_template(inventory: Path) -> None:
    _append(inventory, "web_https_port: '{{ other }}'\nweb_ratio: 1\n")
    assert load_site(inventory).settings["web_https_port"] == "{{ other }}"


def test_several_problems_are_told_together(inventory: Path) -> None:
    _append(inventory, "web_log: x\nweb_nothing_like_it: 1\n")
    _set(inventory, "site_domain: meet.example.net", "site_domain: Meet.example.net")
    message = _fails(inventory).message
    assert message.startswith("3 settings need mending")
    assert message.index("site_domain") < message.index("web_log") < message.index("nothing_like")


def test_a_missing_required_setting_says_what_it_is(inventory: Path) -> None:
    _set(inventory, "site_public_address: 203.0.113.7\n", "")
    assert _fails(inventory).message == (
        "site_public_address: is required and missing: The IPv4 address that participants reach."
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("too-short", "letters and digits only"),
        ("qwert", "is too short (5 characters)"),
        ("abcdefghijklmnop#", "letters and digits only"),
        ("ExampleOnly0000000000000001", "the example's secret"),
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(inventory: Path, value: str, why: str) -> None:
    path = inventory / "group_vars/all/secrets.yml"
    good = load_site(inventory).settings["site_jvb_password"]
    path.write_text(path.read_text().replace(good, f"'{value}'"))
    error = _fails(inventory)
    assert why in error.message
    assert value not in error.message + error.hint
    assert "secrets.yml:" in error.message


def test_a_secret_of_a_wrong_type_is_not_shown(inventory: Path) -> None:
    path = inventory / "group_vars/all/secrets.yml"
    good = load_site(inventory).settings["site_jvb_password"]
    path.write_text(path.read_text().replace(good, "1234567890123456"))
    error = _fails(inventory)
    assert "expected text, got a number (not shown: a secret)" in error.message
    assert "1234567890123456" not in error.message + error.hint


def test_secrets_that_others_can_read_are_refused(inventory: Path) -> None:
    (inventory / "group_vars/all/secrets.yml").chmod(0o644)
    error = _fails(inventory)
    assert "other users of this machine can read" in error.message
    assert error.hint.startswith("chmod 600")


def test_a_private_address_has_to_be_meant(inventory: Path) -> None:
    _set(inventory, "site_public_address: 203.0.113.7", "site_public_address: 10.0.0.7")
    error = _fails(inventory)
    assert "'10.0.0.7' is a private address" in error.message
    _append(inventory, "site_private_address: 10.0.0.7\n")
    assert load_site(inventory).settings["site_public_address"] == "10.0.0.7"


@pytest.mark.parametrize(
    ("hosts", "message"),
    [
        ("all: [x]\n", "hosts.yml:1: group all: expected indented"),
        ("all:\n  host: {}\n", "hosts.yml:2: a group has hosts, children and vars, not host"),
        ("jitsi_web:\n  hosts:\n    m:\n", "the group jitsi_signalling has no host"),
        ("{}\n", "names no host"),
        ("", "names no host"),
        ("jitsi_web:\n  hosts:\n    web[1:3]:\n", "host ranges are not supported"),
    ],
)
def test_malformed_hosts_are_told(inventory: Path, hosts: str, message: str) -> None:
    (inventory / "hosts.yml").write_text(hosts)
    assert message in _fails(inventory).message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ansible_port: 2222", "ansible_port: ssh", "ansible_port: expected a port number"),
        ("203.0.113.7", "-oProxyCommand=id", "is not a valid name or address"),
        ("ansible_user: admin", "ansible_user: 'a b'", "ansible_user: 'a b' is not a valid"),
        ("ansible_user: admin", "ansible_user: '{{ me }}'", "must be plain here"),
    ],
)
def test_connection_data_is_checked(inventory: Path, old: str, new: str, message: str) -> None:
    path = inventory / "hosts.yml"
    path.write_text(path.read_text().replace(old, new))
    error = _fails(inventory)
    assert message in error.message
    assert "hosts.yml:" in error.message


def test_missing_directory_and_binary_file(inventory: Path, tmp_path: Path) -> None:
    error = _fails(tmp_path / "nowhere")
    assert "there is no inventory in" in error.message
    assert "selfhost init" in error.hint
    (inventory / "group_vars/all/settings.yml").write_bytes(b"a: b\n\xff\xfe")
    assert "settings.yml:2: the file is not UTF-8" in _fails(inventory).message


def test_variables_are_those_that_ansible_would_give(roles: Path, tmp_path: Path) -> None:
    files = {
        "hosts.yml": "all:\n  hosts:\n    one: {ansible_host: 203.0.113.1, from_host: host}\n"
        "    two:\n  vars: {v: all-file, w: all-file}\n"
        "  children:\n    outer:\n      vars: {v: outer, x: outer}\n      children:\n"
        "        inner:\n          hosts: {one: {y: inner-host}}\n          vars: {v: inner}\n"
        "alpha:\n  hosts: {one: }\n  vars: {v: alpha, z: alpha}\n",
        "group_vars/all/b.yml": "w: all-b\nx: all-b\nz: all-b\n",
        "group_vars/all/a.yml": "w: all-a\nq: [1, {r: off}]\n",
        "group_vars/all/old.yml.bak": "w: backup\n",
        "group_vars/inner.yml": "z: inner-dir\ny: inner-dir\nfrom_host: inner-dir\n",
        "host_vars/two.yml": "v: two\n",
        "host_vars/one/x.yml": "h: one\n",
    }
    for name, text in files.items():
        path = tmp_path / "inv" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    from selfhost.settings.inventory import read_inventory

    ours = {
        host.name: {key: value.plain() for key, value in host.variables.items()}
        for host in read_inventory(tmp_path / "inv", lambda text, where: None)
    }
    done = subprocess.run(
        [content.program("ansible-inventory"), "-i", tmp_path / "inv/hosts.yml", "--list"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(content.ansible_config()),
            "ANSIBLE_LOCAL_TEMP": str(tmp_path),
        },
    )
    assert ours == json.loads(done.stdout)["_meta"]["hostvars"]


def test_an_own_certificate_needs_both_files(inventory: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "c.pem"
    _append(inventory, f"tls_mode: own\ntls_certificate: {certificate}\n")
    message = _fails(inventory).message
    assert f"tls_certificate: there is no file {certificate}" in message
    assert "tls_private_key: is required with tls_mode: own" in message
    certificate.write_text("PEM")
    _append(inventory, f"tls_private_key: {certificate}\n")
    assert load_site(inventory).settings["tls_mode"] == "own"
