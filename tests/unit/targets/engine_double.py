"""An engine of containers that are folders, with documents in the shape of docker's and podman's
``container inspect`` (written down from Docker 20.10 and podman 4.3)."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfhost.errors import TargetError
from selfhost.targets.engine import Answer, Engine, Inspected


def inspected(
    engine: str,
    name: str,
    image: str,
    environment: Mapping[str, str] | None = None,
    *,
    project: str = "meet",
    service: str = "",
    host: Mapping[str, Any] | None = None,
    ports: Mapping[str, Any] | None = None,
    mounts: tuple[Mapping[str, Any], ...] = (),
) -> Inspected:
    """A running container whose process is not to be reached."""
    labels = {
        "com.docker.compose.project": project,
        "com.docker.compose.service": service or name,
    }
    log = (
        {"Type": "json-file", "Config": {"max-size": "10m"}}
        if engine == "docker"
        else {"Type": "k8s-file", "Config": None, "Path": "/x/ctr.log", "Tag": "", "Size": "10MB"}
    )
    return {
        "Id": name.encode().hex().ljust(64, "0")[:64],
        "Name": f"/{name}" if engine == "docker" else name,
        "Path": "/init",
        "Args": [],
        "State": {"Status": "running", "Running": True, "Pid": 0},
        "ImageName": image,
        "Config": {
            "Image": image if engine == "docker" else None,
            "Env": [f"{key}={value}" for key, value in (environment or {}).items()],
            "Labels": labels,
        },
        "Mounts": list(mounts),
        "NetworkSettings": {"Ports": dict(ports or {})},
        "HostConfig": {
            "LogConfig": log,
            "Privileged": False,
            "NetworkMode": "meet_default" if engine == "docker" else "bridge",
            "PidMode": "" if engine == "docker" else "private",
            "CapAdd": None if engine == "docker" else [],
            "Tmpfs": {},
            **(host or {}),
        },
    }


@dataclass(frozen=True)
class FakeEngine(Engine):
    """Containers by id or name; ``roots``: the folder of each, by its id."""

    items: tuple[Inspected, ...] = ()
    roots: dict[str, Path] = field(default_factory=dict)
    copied: list[str] = field(default_factory=list)

    @property
    def installed(self) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(self.name)

    def inspect(self, container: str) -> Inspected:
        for item in self.items:
            if container in (item["Id"], item["Name"].lstrip("/")):
                return item
        raise TargetError(f"{self.name} has no container called {container}")

    def of_project(self, project: str) -> list[str]:
        def label(item: Inspected) -> object:
            return item["Config"]["Labels"]["com.docker.compose.project"]

        return [item["Id"] for item in self.items if label(item) == project]

    def copy(self, container: str, path: str, limit: int, timeout: float) -> Answer | None:
        self.copied.append(path)
        root = self.roots.get(container)
        place = None if root is None else root / path.lstrip("/")
        if place is None or not (place.exists() or place.is_symlink()):
            return None
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as archive:
            archive.add(place, arcname=place.name)
        return Answer(raw.getvalue()[:limit], "", 0, len(raw.getvalue()) > limit)


def put(root: Path, files: Mapping[str, str]) -> Path:
    """Write a container's files below ``root``."""
    for path, text in files.items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root
