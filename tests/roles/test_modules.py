"""The pure parts of the roles' own modules."""

import hashlib
import hmac
import os
from pathlib import Path

import pytest

from tests.roles.render import module

files = module("text_files")
hocon = module("hocon_settings")
account = module("prosody_account")
state = module("server_state")


def test_a_setting_is_replaced_where_it_stands_and_its_doubles_go() -> None:
    before = "a=1\nb=2\na=3\nc=4\n"
    after = files.apply_edits(before, [{"match": "^a=", "line": "a=9"}])
    assert after == "a=9\nb=2\nc=4\n"
    assert files.apply_edits(after, [{"match": "^a=", "line": "a=9"}]) == after


def test_a_new_setting_comes_last_or_behind_its_anchor() -> None:
    assert files.apply_edits("x\n", [{"match": "^a=", "line": "a=1"}]) == "x\na=1\n"
    assert files.apply_edits("x", [{"match": "^a=", "line": "a=1"}]) == "x\na=1\n"
    anchored = [{"match": "^a=", "line": "a=1", "after": "{"}]
    assert files.apply_edits("log {\n}\n", anchored) == "log {\na=1\n}\n"


def test_lines_go_and_texts_change() -> None:
    assert files.apply_edits("a\nb\n", [{"match": "^a$", "absent": True}]) == "b\n"
    replaced = [{"match": r"^(\s*)old (\w)", "replace": r"\1new \2"}]
    assert files.apply_edits("x\n  old y\n", replaced) == "x\n  new y\n"


def test_a_line_behind_each_anchor_is_there_once() -> None:
    edit = [{"match": "", "line": "log;", "after": "^ *name", "every": True}]
    once = files.apply_edits("  name a\nx\nname b\n", edit)
    assert once == "  name a\n  log;\nx\nname b\nlog;\n"
    assert files.apply_edits(once, edit) == once


def test_a_block_keeps_its_place_and_comes_again_behind_what_could_override_it() -> None:
    def edited(text: str, block: str) -> str:
        edit = {"match": "// BEGIN", "block": block, "end": "// END"}
        return str(files.apply_edits(text, [edit]))

    one, two = "// BEGIN\n1\n// END\n", "// BEGIN\n\\1\n// END\n"
    assert edited("a", "1") == "a\n" + one
    assert edited("a\n" + one, "\\1\n") == "a\n" + two
    assert edited("a\n" + one + "\n", "1") == "a\n" + one + "\n"
    assert edited("a\n" + one + "b", "\\1\n") == "a\n" + two + "b\n" + two
    assert edited("a\n" + two + "b\n" + two, "1") == "a\n" + one + "b\n" + one
    assert edited("a\n" + one + "b\n" + one + "c\n", "1") == "a\n" + one + "b\nc\n" + one
    assert edited(edited("a\n" + one + "b", "1"), "1") == "a\n" + one + "b\n" + one


def test_secrets_fill_lines() -> None:
    edit = [{"match": "^s=", "line": "s=@turn@"}]
    assert files.apply_edits("s=old\n", edit, {"turn": "new"}) == "s=new\n"


def test_an_edit_that_says_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to do"):
        files.apply_edits("a\n", [{"match": "a"}])
    with pytest.raises(ValueError, match="none of"):
        files.wanted({"path": "x"}, "", {}, None)


@pytest.mark.parametrize(
    ("have", "want", "same"),
    [
        ("8888", 8888, True),
        (8888, 8888, True),
        ("true", True, True),
        (True, False, False),
        ([], [], True),
        (["a"], [], False),
        ([{"a": "1"}], [{"a": 1}], True),
        ("auth.x", "auth.x", True),
        ("auth.x", "auth.y", False),
        ("", [], False),
    ],
)
def test_values_are_compared_as_a_typed_reader_sees_them(
    have: object, want: object, same: bool
) -> None:
    assert hocon.same(have, want) is same


def test_only_what_differs_is_edited() -> None:
    have = {"a": "1", "b": "x", "gone": "y"}
    wanted = {"a": 1, "b": "z", "gone": None, "never": None, "new": False}
    assert hocon.differing(have, wanted) == {"b": "z", "gone": None, "new": False}


def lua_text(value: bytes) -> str:
    """As Prosody writes a text: quotes, backslashes, line ends and zeros escaped."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\0": "\\000"}
    return '"' + "".join(escapes.get(c, c) for c in value.decode("latin-1")) + '"'


def stored(password: str, salt: bytes = b"ab-cd", rounds: int = 4096) -> str:
    salted = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, rounds)
    key = hashlib.sha1(hmac.new(salted, b"Client Key", "sha1").digest()).hexdigest()  # noqa: S324 - SCRAM
    return (
        f'return {{\n\t["iteration_count"] = {rounds};\n\t["salt"] = {lua_text(salt)};\n'
        f'\t["stored_key"] = "{key}";\n\t["server_key"] = "00";\n}};\n'
    )


@pytest.mark.parametrize("salt", [b"0123-4567", b'a"b\\c\n\xe9\x00d'])
def test_a_stored_account_accepts_its_password_only(salt: bytes) -> None:
    text = stored("Right0000000000000", salt)
    assert account.holds(text, "Right0000000000000")
    assert not account.holds(text, "Wrong0000000000000")
    assert not account.holds(text, "")


def test_an_account_without_a_password_accepts_none() -> None:
    assert not account.holds("return { };\n", "")
    assert account.holds('return { ["password"] = "plain"; };\n', "plain")


def test_the_file_of_an_account() -> None:
    path = account.account_file("/var/lib/prosody", "focus@auth.meet-1.example.org")
    assert path == "/var/lib/prosody/auth%2emeet%2d1%2eexample%2eorg/accounts/focus.dat"


def test_packages_half_way_are_told_apart() -> None:
    listed = (
        "ii \tnginx\t1.22\nrc \told\t1\niU \tjicofo\t1.0\niF \tprosody\t0.12\nit \tman-db\t2\n"
        "iiR\tbroken\t1\nhi \theld\t2.3-1\n"
    )
    installed, unfinished = state.packages(listed)
    assert installed == ["nginx", "held"]
    assert unfinished == ["jicofo", "prosody", "man-db", "broken"]
    assert state.versions(listed, ["nginx", "held", "jicofo"]) == (
        {"nginx": "1.22", "held": "2.3-1"},
        ["held"],
    )


def test_only_primary_keys_count() -> None:
    listed = (
        "pub:-:255:22:B4D2D216F1FD7806:1:::-:::scESC::::::23::0:\nfpr:::::::::AAAA:\n"
        "uid:-::::1::X::Jitsi::::::::::0:\nsub:-:255:18:C:1::::::e::::::23:\nfpr:::::::::BBBB:\n"
    )
    assert state.fingerprints(listed) == ["AAAA"]
    assert state.fingerprints(listed + "pub:-::::2:\nfpr:::::::::CCCC:\n") == ["AAAA", "CCCC"]
    assert state.fingerprints("") == []


def test_a_unit_counts_as_running_when_it_also_starts_at_boot() -> None:
    shown = (
        "Id=nginx.service\nActiveState=active\nUnitFileState=enabled\n\n"
        "Id=coturn.service\nActiveState=active\nUnitFileState=disabled\n\n"
        "Id=prosody.service\nActiveState=failed\nUnitFileState=enabled\n\n"
        "Id=jicofo.service\nActiveState=active\nUnitFileState=generated\n\n"
        "Id=old.service\nActiveState=active\nUnitFileState=generated\n"
    )
    assert state.running(shown, {"jicofo.service"}) == ["nginx.service", "jicofo.service"]


def test_a_service_that_has_not_read_its_files_is_told() -> None:
    """Killed between writing a file and the restart, a run leaves that and nothing else."""
    shown = (
        "Id=prosody.service\nActiveState=active\nStateChangeTimestamp=@1000\n\n"
        "Id=nginx.service\nActiveState=active\nStateChangeTimestamp=@1000\n\n"
        "Id=coturn.service\nActiveState=active\nStateChangeTimestamp=@1000\n\n"
        "Id=jicofo.service\nActiveState=inactive\nStateChangeTimestamp=@1000\n\n"
        "Id=other.service\nActiveState=active\nStateChangeTimestamp=\n\n"
        "Id=more.service\nActiveState=active\nStateChangeTimestamp=@1000\n"
    )
    written = {
        "prosody.service": 1001.2,
        "nginx.service": 1000.9,  # in the second of the start: before it, as far as is known
        "coturn.service": 900.0,
        "jicofo.service": 2000.0,  # will read them when it is started
        "other.service": 2000.0,
    }
    assert state.stale(shown, written) == ["prosody.service"]


def test_when_files_were_written(tmp_path: Path) -> None:
    for number, name in enumerate(("a.conf", "b.conf", "c.txt")):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (0, 100 + number))
    assert state._written([str(tmp_path / "*.conf"), str(tmp_path / "gone")]) == 101
    assert state._written([str(tmp_path / "gone")]) == 0


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("notAfter=Jan  2 00:00:00 1970 GMT\n", 1),
        ("notAfter=Dec 31 00:00:00 1969 GMT\n", -1),
        ("", None),
        ("notAfter=soon\n", None),
    ],
)
def test_how_long_a_certificate_is_valid(said: str, left: int | None) -> None:
    assert state.days_left(said, now=0) == left


def test_the_system_by_the_names_that_ansible_gives() -> None:
    debian = 'PRETTY_NAME="Debian 12"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
    assert state.system(debian) == ("Debian", "12")
    assert state.system('NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n') == ("Ubuntu", "24.04")
    assert state.system("NAME=Fedora\nID=fedora\n") == ("Fedora", "")


def test_accounts_are_found_by_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "auth%2emeet%2d1%2eexample%2eorg" / "accounts"
    folder.mkdir(parents=True)
    for name in ("focus.dat", "jvb%2djvb1%2eexample.dat", "notes.txt"):
        (folder / name).write_text("")
    assert account.existing(str(tmp_path)) == [
        "focus@auth.meet-1.example.org",
        "jvb-jvb1.example@auth.meet-1.example.org",
    ]
