"""The image of a bare server: built from the distribution's own packages, kept for 30 days."""

import datetime
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from selfhost.errors import LabError
from selfhost.lab import owned, recipe, sources, state
from selfhost.lab.runtime import Runtime, label_change, last_line
from selfhost.lab.state import Progress

MAX_AGE = datetime.timedelta(days=30)
BUILD_TIMEOUT = 1800.0
_TAG = re.compile(r":(?P<release>[a-z]+)-(?P<digest>[0-9a-f]{12})-(?P<day>\d{8})$")


class BuildError(LabError):
    """This engine, set up this way, does not build an image; another one may."""


def freshest(names: Iterable[str], release: str, digest: str, today: datetime.date) -> str:
    """Of an engine's images, the newest of this recipe that is young enough, or nothing."""
    found = []
    for name in names:
        match = _TAG.search(name)
        if not match or (match["release"], match["digest"]) != (release, digest):
            continue
        day = datetime.datetime.strptime(match["day"], "%Y%m%d").date()
        if datetime.timedelta(0) <= today - day <= MAX_AGE:
            found.append((match["day"], name))
    return max(found)[1] if found else ""


def ensure(runtime: Runtime, release: str, progress: Progress = state.quiet) -> str:
    """The name of a release's image, built when there is none or it is too old.

    Raises ``LabError`` when it cannot be built.
    """
    archives = sources.of_machine(recipe.check_release(release))
    listing = sources.write_deb822(archives)
    builder = "mmdebstrap" if shutil.which("mmdebstrap") else "registry"
    digest = recipe.digest(release, listing, builder)
    today = datetime.datetime.now(datetime.UTC).date()
    existing = owned.images(runtime)
    name = freshest(existing, release, digest, today)
    if name:
        return name
    name = f"localhost/{state.own_name()}:{release}-{digest}-{today:%Y%m%d}"
    work = state.folder() / "tmp"
    work.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="image-", dir=work) as scratch:
        if builder == "mmdebstrap":
            progress(f"building a bare Debian ({release}) from packages; once, about a minute")
            archive = Path(scratch) / "root.tar"
            _bootstrap(release, listing, archives, archive)
            progress(f"importing it into {runtime.engine}")
            runtime.call("import", *label_change(), str(archive), name, timeout=600)
        else:
            progress(f"building a bare Debian ({release}) from the official image, with {runtime}")
            _build(runtime, release, listing, Path(scratch), name)
    # Of an older recipe, or too old; one in use stays.
    owned.remove_images(
        runtime, [n for n in existing if (m := _TAG.search(n)) and m["release"] == release]
    )
    return name


def _bootstrap(
    release: str, listing: str, archives: tuple[sources.Source, ...], archive: Path
) -> None:
    for keyring in {source.keyring for source in archives} - {""}:
        if not Path(keyring).is_file():
            raise LabError(
                f"The archive's keyring {keyring} is not on this machine.",
                hint="apt-get install debian-archive-keyring",
            )
    finish = archive.with_name("finish.sh")
    finish.write_text(recipe.FINISH, "utf-8")
    apt = archive.with_name("lab.sources")
    apt.write_text(listing, "utf-8")
    archive.parent.chmod(0o755)
    own = {source.keyring for source in archives} - {"", sources.KEYRING}
    command = [
        "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(recipe.PACKAGES)}",
        *(f"--setup-hook=mkdir -p \"$1\"{Path(key).parent} && cp {key} \"$1\"{key}" for key in own),
        "--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"', *_proxy(),
        f"--customize-hook=upload {finish} /root/finish.sh",
        '--customize-hook=chroot "$1" sh /root/finish.sh',
        '--customize-hook=rm -f "$1"/root/finish.sh "$1"/etc/apt/sources.list',
        '--customize-hook=rm -f "$1"/etc/apt/sources.list.d/*',
        f"--customize-hook=upload {apt} /etc/apt/sources.list.d/debian.sources",
        release, str(archive), str(apt),
    ]  # fmt: skip
    environment = os.environ | {"TMPDIR": str(archive.parent), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=BUILD_TIMEOUT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise LabError(f"Building {release} took over {BUILD_TIMEOUT / 60:.0f} minutes.") from None
    if done.returncode:
        raise LabError(
            f"The image of {release} could not be built: {reason(done.stderr)}",
            hint=f"Packages come from {archives[0].uris[0]}, as this machine's apt is set up.",
        )


def reason(stderr: bytes) -> str:
    """The first error that apt or mmdebstrap names, which is the cause of the others."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    errors = [line for line in lines if line.startswith(("E:", "Err:", "W: GPG error"))]
    return (errors or lines[-1:] or ["it says nothing"])[0].removeprefix("E:").strip()


def _proxy() -> list[str]:
    """apt's proxy on this machine, which the server needs as well."""
    if not shutil.which("apt-config"):
        return []
    command = ["apt-config", "dump", "--format", "%f %v%n", "Acquire"]
    dump = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    found = re.findall(r"^(Acquire::https?::Proxy) (\S+)$", dump, re.MULTILINE | re.IGNORECASE)
    return [f'--aptopt={name} "{value}"' for name, value in found]


def _build(runtime: Runtime, release: str, listing: str, folder: Path, name: str) -> None:
    label = f"{state.LABEL}={state.lab_id()}"
    base = recipe.BASE + release
    pulled = runtime.call("image", "inspect", base, check=False).returncode != 0
    (folder / "Containerfile").write_text(recipe.containerfile(release, label), "utf-8")
    (folder / "lab.sources").write_text(listing, "utf-8")
    (folder / "finish.sh").write_text(recipe.FINISH, "utf-8")
    done = runtime.call(
        "build", "-q", *runtime.limits, "-f", str(folder / "Containerfile"), "-t", name,
        str(folder), check=False, timeout=BUILD_TIMEOUT,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(
            f"The image of {release} could not be built: {last_line(done)}",
            hint="With mmdebstrap it is built without a registry: apt-get install mmdebstrap",
        )
    if pulled:  # by the build, so it goes with the lab
        with (state.folder() / "pulled").open("a", encoding="utf-8") as stream:
            stream.write(base + "\n")
