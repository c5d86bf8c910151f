"""Rules that every role keeps."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.roles.render import ROLES, ROOT

#: Settings of the site that no role needs: of what is done on the machine with the inventory.
FOR_THE_COMMAND_ALONE = {
    "site_backup_keep",
    "site_backup_passphrase_file",
    "site_backup_recipients",
}
NAMES = sorted(path.name for path in ROLES.iterdir() if path.is_dir())


def options(role: str) -> dict[str, Any]:
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return found


@pytest.mark.parametrize("role", NAMES)
def test_options_are_named_after_their_role_and_explained(role: str) -> None:
    for name, option in options(role).items():
        assert name.startswith(f"{role}_"), name
        assert option["description"], name
        assert option.get("required") or "default" in option, name
        if option["type"] == "list":
            assert option["elements"], name


@pytest.mark.parametrize("role", NAMES)
def test_every_option_is_used(role: str) -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for path in ROLES.rglob("*")
        if path.is_file() and path.parent.name in ("tasks", "templates", "vars", "handlers")
    ]
    for name in set(options(role)) - FOR_THE_COMMAND_ALONE:
        assert any(re.search(rf"\b{name}\b", text) for text in sources), name


def test_what_only_the_command_reads_is_read_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "selfhost").rglob("*.py")]
    for name in FOR_THE_COMMAND_ALONE:
        assert any(name in text for text in sources), name


@pytest.mark.parametrize("role", NAMES)
def test_variables_of_a_role_s_own_begin_with_its_name(role: str) -> None:
    path = ROLES / role / "vars" / "main.yml"
    if path.exists():
        for name in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert name.startswith(f"_{role}_"), name


@pytest.mark.parametrize("role", NAMES)
def test_a_readme_fits_a_screen_and_has_its_table(role: str) -> None:
    text = (ROLES / role / "README.md").read_text(encoding="utf-8")
    prose, table = text.split("<!-- variables -->")
    assert len(prose.splitlines()) < 25
    assert len(prose) > 200
    for name in options(role):
        assert f"`{name}`" in table


def test_the_playbook_names_every_role() -> None:
    play = yaml.safe_load((ROOT / "playbooks" / "site.yml").read_text(encoding="utf-8"))[0]
    assert sorted(entry["role"] for entry in play["roles"]) == NAMES


def test_secrets_are_those_of_the_site_and_marked() -> None:
    secret = {n for role in NAMES for n, o in options(role).items() if o.get("no_log")}
    assert secret == {
        "site_jvb_password",
        "site_focus_password",
        "site_turn_secret",
        "prosody_jwt_secret",
        "prosody_ldap_bind_password",
        "watch_webhook_secret",
    }


def test_no_command_line_holds_a_secret() -> None:
    def walk(node: Any) -> list[Any]:
        if isinstance(node, dict):
            inner = [x for value in node.values() for x in walk(value)]
            own = [
                node[k] for k in ("ansible.builtin.command", "ansible.builtin.shell") if k in node
            ]
            return own + inner
        return [x for item in node for x in walk(item)] if isinstance(node, list) else []

    paths: list[Path] = [*ROLES.glob("*/tasks/*.yml"), *ROLES.glob("*/handlers/*.yml")]
    commands = [c for p in paths for c in walk(yaml.safe_load(p.read_text(encoding="utf-8")))]
    assert len(commands) > 5
    for command in commands:
        words = str(command["argv"] if isinstance(command, dict) else command)
        assert "password" not in words
        assert "secret" not in words


def test_no_key_waits_to_be_filled_in() -> None:
    """Ansible fills in values, never keys."""

    def keys(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [*map(str, node), *(k for value in node.values() for k in keys(value))]
        return [k for item in node for k in keys(item)] if isinstance(node, list) else []

    for path in ROLES.rglob("*.yml"):
        found = keys(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert [key for key in found if "{{" in key] == [], path


def test_every_handler_that_is_notified_exists() -> None:
    """A run goes on with a warning where one is missing, so that an old name does no harm."""

    def asked(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = node.get("notify", [])
            inner = [x for value in node.values() for x in asked(value)]
            return ([own] if isinstance(own, str) else list(own)) + inner
        return [x for item in node for x in asked(item)] if isinstance(node, list) else []

    known = set()
    for path in ROLES.glob("*/handlers/*.yml"):
        for handler in yaml.safe_load(path.read_text(encoding="utf-8")):
            listen = handler.get("listen", [])
            known.update([handler["name"], *([listen] if isinstance(listen, str) else listen)])
    notified = {
        name
        for path in ROLES.glob("*/tasks/*.yml")
        for name in asked(yaml.safe_load(path.read_text(encoding="utf-8")))
        if "{{" not in name
    }
    assert len(notified) > 5
    assert notified <= known


def test_services_that_read_files_of_ours_have_those_files_and_handlers() -> None:
    """What preflight looks for, after a run that was cut short, is what the roles write."""
    text = (ROLES / "preflight" / "vars" / "main.yml").read_text(encoding="utf-8")
    for reader in yaml.safe_load(text)["_preflight_readers"]:
        folder = ROLES / reader["role"]
        handlers = yaml.safe_load((folder / "handlers" / "main.yml").read_text(encoding="utf-8"))
        assert reader["handler"] in {h.get("listen", h["name"]) for h in handlers} | {
            h["name"] for h in handlers
        }
        tasks = "".join(p.read_text(encoding="utf-8") for p in folder.glob("tasks/*.yml"))
        named = re.findall(r"path: \"?(/etc/[^\s\"{]*[a-z0-9])\"?$", tasks, re.MULTILINE)
        known = str(reader["files"])
        for path in named:
            covered = any(Path(path).match(form) for form in re.findall(r"/etc/[^\s',\"]+", known))
            assert covered or path in NOT_READ_AT_START, path


#: Removed, or read by browsers and not by the web server.
NOT_READ_AT_START = {
    "/etc/jitsi/jicofo/sip-communicator.properties",
    "/etc/jitsi/videobridge/sip-communicator.properties",
    "/etc/nginx/modules-enabled/60-jitsi-meet.conf",
    "/etc/nginx/sites-enabled/default",
}
