"""A server that lies: the audit ends with a sentence or says unknown, and nothing of ours comes to
harm. Each test leaves the server as it was."""

from pathlib import Path

import pytest

from tests.lab.conftest import Site
from tests.lab.hostile import audit, changed, harmful, unharmed

NIGHTLY = pytest.mark.nightly

# -- a python3 that lies ----------------------------------------------------------------------

#: Stands before the real one in the path of sudo.
_LIAR = "/usr/local/bin/python3"
_PUT = f"cat > {_LIAR}; chmod 755 {_LIAR}"
_AWAY = f"rm -f {_LIAR} /var/tmp/kept"

#: What it does, and what the audit says of it.
LIARS = {
    "garbage": ("head -c 200000 /dev/urandom", "gave no evidence"),
    "nothing": ("exit 0", "gave no evidence"),
    "nothing, and fails": ("exit 1", "gave no evidence"),
    "as if it were missing": ("exit 127", "gave no evidence"),
    "forged JSON": ('echo \'{"policy": "pass", "results": []}\'', "gave no evidence"),
    "the first line alone": ("echo '{\"selfhost\": 1}'", "sent the answer to another audit"),
    "escapes": ("printf '\\033]0;owned\\007\\033[2J\\n'", "gave no evidence"),
    "complains by the megabyte": ("yes no | head -c 20000000 >&2; exit 1", "gave no evidence"),
    "endless": ("yes '{\"selfhost\": 1}'", "sent more than"),
    "endless, without a line": ("tr '\\0' x </dev/zero", "sent more than"),
    "ends by a signal": ("kill -9 $$", "gave no evidence"),
    "noise before": ('echo Welcome; exec /usr/bin/python3 "$@"', "it printed 'Welcome"),
    "noise behind": ('/usr/bin/python3 "$@"; echo Bye', "cut off"),
    "cuts the answer off": ('/usr/bin/python3 "$@" | head -c 30000', "cut off"),
    "too old": ("echo 'SyntaxError: invalid syntax' >&2; exit 1", "too old"),
}
#: These take as long as an answer may.
SLOW = {
    "never ends": ("exec sleep 1000", "did not finish within 90 seconds"),
    "never ends once it began": (
        "echo '{\"selfhost\": 1}'; exec sleep 1000",
        "did not finish within 90 seconds",
    ),
    "complains without an end": ("exec yes no >&2", "did not finish within 90 seconds"),
}
_IN_SHORT = ("garbage",)


@pytest.mark.parametrize(
    "liar",
    [pytest.param(name, marks=[] if name in _IN_SHORT else NIGHTLY) for name in (*LIARS, *SLOW)],
)
def test_a_python3_that_lies(site: Site, tmp_path: Path, liar: str) -> None:
    does, said = (LIARS | SLOW)[liar]
    with changed(site, _PUT, _AWAY, f"#!/bin/sh\n{does}\n".encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path, seconds=110 if liar in SLOW else 40)
    assert found.exit_code == 3
    assert said in found.sentence
    assert "\n" not in found.sentence
    assert found.statuses == {}


@NIGHTLY
def test_no_python3_at_all(site: Site, tmp_path: Path) -> None:
    with changed(
        site,
        "mv /usr/bin/python3 /usr/bin/python3.away",
        "mv /usr/bin/python3.away /usr/bin/python3",
    ):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert (found.exit_code, "has no python3" in found.sentence) == (3, True)


def test_a_recorded_answer(site: Site, tmp_path: Path) -> None:
    does = (
        "[ -s /var/tmp/kept ] && { cat >/dev/null; exec cat /var/tmp/kept; }\n"
        '/usr/bin/python3 "$@" | tee /var/tmp/kept'
    )
    with changed(site, _PUT, _AWAY, f"#!/bin/sh\n{does}\n".encode()):
        first, second = (audit(site, tmp_path / name) for name in ("first", "second"))
    assert first.exit_code == 0, first.said
    unharmed(second, site, tmp_path / "second")
    assert second.exit_code == 3
    assert "sent the answer to another audit" in second.sentence


#: Reads what it is asked as the real one would, and answers each step out of its head.
_FORGER = """#!/usr/bin/python3
import base64, json, sys, zlib
sys.stdin.buffer.read(int(sys.argv[4]))
order = json.loads(sys.stdin.buffer.read())
def line(step, place, state, content=b"", **more):
    packed = base64.b64encode(zlib.compress(content)).decode()
    texts = dict.fromkeys(("reason", "mode", "owner", "target", "sha256"), "")
    texts.update(source=step["name"], path=place, state=state, content=packed, **more)
    return texts
def lines():
{}
said = list(lines())
print(json.dumps({{"selfhost": 1, "nonce": order["nonce"]}}))
for each in said:
    print(each if isinstance(each, str) else json.dumps(each))
print(json.dumps({{"end": len(said)}}))
"""
_ABSENT = """
    for step in order["plan"]:
        for place in step["places"]:
            yield line(step, place, "absent")
"""
_EMPTY = """
    for step in order["plan"]:
        yield line(step, step["places"][0], "present")
"""
_SWEPT = """
    for step in order["plan"]:
        yield line(step, step["places"][0], "present", bytes([255, 254, 1, 27]) * 5000)
"""
_FAILED = """
    for step in order["plan"]:
        reason = "\\x1b[2J<script>alert(1)\\u202e\\nforged: pass"
        yield line(step, "\\x1b]0;x\\x07", "failed", reason=reason)
"""


@pytest.mark.parametrize(
    "body",
    [
        _ABSENT,
        pytest.param(_EMPTY, marks=NIGHTLY),
        pytest.param(_SWEPT, marks=NIGHTLY),
        pytest.param(_FAILED, marks=NIGHTLY),
        pytest.param("    yield from ()\n", marks=NIGHTLY),
    ],
    ids=["all absent", "all empty", "all garbage", "all failed", "nothing answered"],
)
def test_an_answer_that_is_made_up_passes_nothing(site: Site, tmp_path: Path, body: str) -> None:
    with changed(site, _PUT, _AWAY, _FORGER.format(body).encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert found.sentence == ""
    assert len(found.statuses) > 200
    assert set(found.statuses.values()) <= {"unknown", "fail"}
    assert found.exit_code == (1 if "fail" in found.statuses.values() else 3)
    assert harmful(found.output) == []


@NIGHTLY
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    yield line(order['plan'][0], '/x', 'present', bytes(1 << 28))\n", "not the evidence"),
        ("    for n in range(30000): yield line(order['plan'][0], '/x', 'absent')\n", "cut off"),
        ("    yield line(order['plan'][0], '/x' * 5000, 'absent')\n", "not the evidence"),
        ("    yield '[' * 5000000\n", "not the evidence"),
        ("    yield '{\"a\":' * 60000\n", "not the evidence"),
        ("    yield json.dumps({'source': 'what.else'})\n", "not the evidence"),
    ],
    ids=["a bomb", "too many", "a long path", "brackets", "objects", "not asked for"],
)
def test_an_answer_that_is_out_of_bounds(site: Site, tmp_path: Path, body: str, said: str) -> None:
    with changed(site, _PUT, _AWAY, _FORGER.format(body).encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert (found.exit_code, said in found.sentence) == (3, True), found.sentence


# -- a login that makes noise -----------------------------------------------------------------

NOISE = 'Welcome! \\033[31mred\\033[0m {"selfhost": 1}\\n'
_RC = "/home/admin/.bashrc"
#: How it is made and undone, and whether the answer is lost in it.
NOISY = {
    "profile.d": (f"printf '{NOISE}' >/etc/profile.d/noise.txt; "
                  "echo 'cat /etc/profile.d/noise.txt' >/etc/profile.d/noise.sh",
                  "rm -f /etc/profile.d/noise.*", False),
    "motd": (f"cp -a /etc/motd /etc/motd.kept; printf '{NOISE}' >/etc/motd",
             "mv /etc/motd.kept /etc/motd", False),
    "banner": (f"printf '{NOISE}' >/etc/ssh/noise; "
               "echo Banner /etc/ssh/noise >/etc/ssh/sshd_config.d/99-noise.conf; "
               "systemctl reload ssh",
               "rm -f /etc/ssh/noise /etc/ssh/sshd_config.d/99-noise.conf; systemctl reload ssh",
               False),
    "bashrc": (f"cp -a {_RC} {_RC}.kept; printf 'echo Welcome\\n' | cat - {_RC}.kept >{_RC}",
               f"mv {_RC}.kept {_RC}", True),
    "shell": ("printf '#!/bin/sh\\necho Welcome\\nexec /bin/bash \"$@\"\\n' >/usr/local/bin/noisy; "
              "chmod 755 /usr/local/bin/noisy; usermod -s /usr/local/bin/noisy admin",
              "usermod -s /bin/bash admin; rm /usr/local/bin/noisy", True),
}  # fmt: skip


@pytest.mark.parametrize(
    "where", [pytest.param(w, marks=[] if w == "bashrc" else NIGHTLY) for w in NOISY]
)
def test_a_login_that_makes_noise(site: Site, tmp_path: Path, where: str) -> None:
    do, undo, lost = NOISY[where]
    with changed(site, do, undo):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert found.exit_code == (3 if lost else 0), found.said
    assert ("it printed 'Welcome" in found.sentence) == lost
    assert harmful(found.output) == []
