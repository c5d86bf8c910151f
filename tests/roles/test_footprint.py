"""What the roles write is known to their removal; and packages go that should, no others."""

import base64
import fnmatch
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.template import Templar, trust_as_template

from tests.roles import render
from tests.roles.render import ROLES, example, module
from tests.roles.test_roles import NAMES

#: Modules that make what was not there, and the argument that says where.
WRITERS = {
    "ansible.builtin.copy": "dest",
    "ansible.builtin.template": "dest",
    "ansible.builtin.get_url": "dest",
    "ansible.builtin.unarchive": "dest",
    "ansible.builtin.lineinfile": "path",
    "ansible.builtin.blockinfile": "path",
    "ansible.builtin.replace": "path",
    "ansible.builtin.file": "path",
    "hocon_settings": "path",
}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """The variables that a run would have, of all roles together."""
    loader = render._loader()
    found: dict[str, Any] = {"inventory_hostname": "meet.example.org", **render.SERVER}
    for folder in ("defaults", "vars"):
        for role in NAMES:
            found.update(render._load(loader, ROLES / role / folder / "main.yml") or {})
    return {**found, **example()}


def templar(known: dict[str, Any], **more: Any) -> Templar:
    return Templar(loader=render._loader(), variables={**known, **more})


@pytest.fixture(scope="module")
def lists(known: dict[str, Any]) -> dict[str, Any]:
    names = (
        "own",
        "shared",
        "units",
        "tables",
        "files",
        "edited",
        "of_domain",
        "with_package",
        "empty",
    )
    found = {name: value(known, f"_footprint_{name}") for name in (*names, "users", "groups")}
    for name in ("users", "groups"):
        found[name] = [entry if isinstance(entry, str) else entry["name"] for entry in found[name]]
    return found


def value(known: dict[str, Any], name: str) -> Any:
    return templar(known).template(trust_as_template("{{ " + name + " }}"))


def made(role: str, *modules: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each use of these modules in a role that makes something: module, arguments, task.

    What is written on the controller stays with the inventory.
    """
    for path in sorted((ROLES / role / "tasks").glob("*.yml")):
        for task in render._load(render._loader(), path) or []:
            for flat in render._flat(render._loader(), path.parent, task, []):
                for name in modules if flat.get("delegate_to") != "localhost" else ():
                    if name in flat and flat[name].get("state") != "absent":
                        yield name, flat[name], flat


def listed(node: Any) -> Iterator[Any]:
    """Files to write that a role's variables list, for one setting or another."""
    if isinstance(node, dict):
        if "path" in node and {"content", "edits", "source"} & set(node):
            yield node["path"]
        for value in node.values():
            yield from listed(value)
    elif isinstance(node, list):
        for value in node:
            yield from listed(value)


def items(task: dict[str, Any], known: dict[str, Any]) -> Iterator[Templar]:
    for item in templar(known).template(task.get("loop", [None])):
        yield templar(known, item=item)


def written(role: str, known: dict[str, Any]) -> set[str]:
    """Paths that a role's tasks write, whatever their conditions."""
    folders = [str(ROLES / role), str(ROLES / role / "tasks")]
    known = {**known, "role_path": folders[0], "ansible_search_path": folders}
    variables = render._load(render._loader(), ROLES / role / "vars" / "main.yml")
    found = {templar(known).template(path) for path in listed(variables)}
    for _ in made(role, "packet_filter"):
        rules = module("packet_filter")
        found |= {rules.RULES, f"{rules.UNITS}/{rules.SERVICE}"}
    for name, arguments, task in made(role, "text_files", *WRITERS):
        for one in items(task, known):
            if name in WRITERS:
                found.add(one.template(arguments[WRITERS[name]]))
                continue
            files = arguments["files"]
            for entry in one.template(files) if isinstance(files, str) else files:
                if entry.get("absent") is not True:
                    found.add(one.template(entry["path"]))
    return found


def covered(path: str, lists: dict[str, Any]) -> bool:
    folders = [folder for package in lists["with_package"].values() for folder in package]
    patterns = [*lists["files"], *lists["of_domain"], *lists["edited"], *folders]
    patterns.append("/var/lib/selfhost")
    return path in lists["empty"] or any(
        fnmatch.fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )


OTHERS = sorted(set(NAMES) - {"footprint"})


@pytest.mark.parametrize("role", OTHERS)
def test_the_removal_knows_every_file_that_a_role_writes(
    role: str, known: dict[str, Any], lists: dict[str, Any]
) -> None:
    forgotten = [path for path in written(role, known) if not covered(path, lists)]
    assert forgotten == [], "add them to roles/footprint/vars/main.yml"


@pytest.mark.parametrize("role", OTHERS)
def test_the_removal_knows_every_unit_user_and_package(
    role: str, known: dict[str, Any], lists: dict[str, Any]
) -> None:
    packages = {*lists["own"], *lists["shared"]}
    for file in written(role, known):
        folder, _, name = file.rpartition("/")
        if folder == "/etc/systemd/system" and name.endswith((".service", ".timer", ".path")):
            assert name in lists["units"], file
    for kind in ("user", "group"):
        for _, arguments, task in made(role, f"ansible.builtin.{kind}"):
            for one in items(task, known):
                assert one.template(arguments["name"]) in lists[f"{kind}s"], task
    for _, arguments, task in made(role, "ansible.builtin.apt"):
        for one in items(task, known):
            names = one.template(arguments.get("name", []))
            names = [names] if isinstance(names, str) else names
            asked = {name.partition("=")[0] for name in names}
            assert asked <= packages, "add them to roles/footprint/vars/main.yml"
    for path in (ROLES / role / "templates").glob("*.nft.j2"):
        text = path.read_text(encoding="utf-8")
        assert any(f"table inet {table} " in text for table in lists["tables"]), path


def test_a_forgotten_file_is_noticed(known: dict[str, Any], lists: dict[str, Any]) -> None:
    less = {**lists, "files": [f for f in lists["files"] if "nftables" not in f]}
    assert [p for p in written("firewall", known) if not covered(p, less)] == [
        "/etc/nftables.d/selfhost.nft"
    ]


def status(**packages: str) -> str:
    """A dpkg status file: name="Depends: a, b | c; Recommends: d"."""
    parts = []
    for name, fields in packages.items():
        lines = [f"Package: {name.replace('_', '-')}", "Status: install ok installed"]
        parts.append("\n".join([*lines, *filter(None, fields.split("; "))]))
    return "\n\n".join(parts) + "\n\n"


SERVER = status(
    base="Essential: yes",
    jicofo="Depends: java (>= 17) | java-old, base",
    java="Depends: fonts:any, base; Provides: java-runtime (= 17)",
    fonts="",
    nginx="Depends: nginx-common",
    nginx_common="",
    curl="Depends: libcurl",
    libcurl="",
    htop="Recommends: lsof",
    lsof="",
)
AUTOMATIC = {"java", "fonts", "nginx-common", "libcurl", "lsof"}


@pytest.mark.parametrize(
    ("before", "more", "gone"),
    [
        # All that came, but not what the admin installed later.
        ({"base"}, "", {"jicofo", "java", "fonts", "nginx", "nginx-common"}),
        # What was there before stays, with what it needs.
        ({"base", "nginx", "nginx-common"}, "", {"jicofo", "java", "fonts"}),
        # What another package needs, or only recommends, stays.
        ({"base"}, status(games="Depends: java-runtime"), {"jicofo", "nginx", "nginx-common"}),
        ({"base"}, status(games="Recommends: fonts"), {"jicofo", "java", "nginx", "nginx-common"}),
        # What was content without it before is no reason to keep it.
        (
            {"base", "games"},
            status(games="Recommends: fonts"),
            {"jicofo", "java", "fonts", "nginx", "nginx-common"},
        ),
        ({"base"}, status(site="Depends: nginx"), {"jicofo", "java", "fonts"}),
        # Without a record nothing is known of the web server.
        (None, "", {"jicofo", "java", "fonts"}),
    ],
)
def test_packages_go_that_came_with_it(before: set[str] | None, more: str, gone: set[str]) -> None:
    found = module("footprint_packages", "footprint").packages(SERVER + more)
    going = module("footprint_packages", "footprint").going
    assert going(found, AUTOMATIC, before, ["jicofo"], ["nginx"]) == gone


def test_a_dependency_that_the_admin_asked_for_later_stays() -> None:
    files = module("footprint_packages", "footprint")
    going = files.going(
        files.packages(SERVER), AUTOMATIC - {"java"}, {"base"}, ["jicofo"], ["nginx"]
    )
    assert going == {"jicofo", "nginx", "nginx-common"}


def test_somebody_s_own_site_keeps_the_web_server(tmp_path: Path) -> None:
    find = module("footprint_packages", "footprint").strangers
    (tmp_path / "meet.example.org.conf").touch()
    (tmp_path / "shop.conf").touch()
    ours = [f"{tmp_path}/meet.example.org.conf"]
    assert find([f"{tmp_path}/*"], ours) == [f"{tmp_path}/shop.conf"]


def test_files_of_others_are_put_back_as_they_were(tmp_path: Path) -> None:
    record, files = module("footprint_record", "footprint"), module("footprint_files", "footprint")
    rotation, link = tmp_path / "rotation", tmp_path / "default"
    rotation.write_text("rotate 14\n")
    rotation.chmod(0o640)
    link.symlink_to("/somewhere")
    kept = {str(p): record.kept(str(p)) for p in (rotation, link, tmp_path / "absent")}
    kept = json.loads(json.dumps(kept))
    rotation.write_text("rotate 3\n")
    rotation.chmod(0o644)
    link.unlink()
    assert files.put_back(kept, [str(rotation), str(link)], True) == [str(rotation), str(link)]
    assert rotation.read_text() == "rotate 3\n"
    files.put_back(kept, list(kept), False)
    assert rotation.read_text() == "rotate 14\n"
    assert rotation.stat().st_mode & 0o777 == 0o640
    assert str(link.readlink()) == "/somewhere"
    assert files.put_back(kept, list(kept), False) == []
    assert base64.b64decode(kept[str(rotation)]["content"]) == b"rotate 14\n"


def test_removal_takes_links_not_what_they_lead_to(tmp_path: Path) -> None:
    files = module("footprint_files", "footprint")
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (outside / "precious").touch()
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (tmp_path / "dangling").symlink_to("/nowhere")
    removed = files.remove([f"{tmp_path}/fol*", f"{tmp_path}/dangling"], False)
    assert removed == [f"{tmp_path}/folder", f"{tmp_path}/dangling"]
    assert (outside / "precious").exists()
    (outside / "precious").unlink()
    assert files.remove_empty([f"{tmp_path}/*", str(tmp_path)], [str(tmp_path)], False) == [
        str(outside)
    ]
