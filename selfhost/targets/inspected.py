"""What ``inspect`` says of containers, as evidence: a line for each, and a Compose file."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from selfhost.errors import TargetError
from selfhost.evidence.collector.containers import container
from selfhost.evidence.collector.records import Record, document
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.model import State
from selfhost.targets.engine import SERVICE_LABELS, Inspected

_SHAPES = (ValueError, TypeError, AttributeError, KeyError)


def facts(engine: str, item: Inspected, redactor: Redactor) -> Record:
    """A line of ``host.containers``. Raises TargetError."""
    try:
        return container(engine, item, redactor)
    except _SHAPES:
        raise TargetError(f"what {engine} says of its containers was not understood") from None


def service_name(item: Inspected) -> str:
    """The Compose service that a container belongs to, else its own name."""
    labels = (item.get("Config") or {}).get("Labels") or {}
    named = next((labels[label] for label in SERVICE_LABELS if labels.get(label)), None)
    return str(named or str(item.get("Name", "")).lstrip("/"))


def service(item: Inspected, line: Record, redactor: Redactor) -> dict[str, Any]:
    """A container as a service of a Compose file, without secrets. Raises TargetError."""
    try:
        config = item.get("Config") or {}
        pairs = [str(entry).partition("=") for entry in config.get("Env") or ()]
        mounts = [mount for mount in item.get("Mounts") or () if isinstance(mount, dict)]
        found = {
            "image": line["image"],
            "command": line["arguments"],
            "environment": {name: redactor.value(name, value) for name, _, value in pairs},
            "ports": line["ports"],
            "volumes": [
                f"{mount.get('Name') or mount.get('Source') or ''}:{mount.get('Destination') or ''}"
                for mount in mounts
            ],
            "logging": {
                "driver": line["log_driver"],
                "options": dict.fromkeys(line["log_options"], ""),
            },
        }
    except _SHAPES:
        raise TargetError("what the engine says of its containers was not understood") from None
    return found


def image_service(name: str, config: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """An image's own configuration as the service that it would be. Raises TargetError."""
    try:
        pairs = [str(entry).partition("=") for entry in config.get("Env") or ()]
        words = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
        command = redactor.arguments([str(word) for word in words])
        variables = {key: redactor.value(key, value) for key, _, value in pairs}
    except _SHAPES:
        raise TargetError("the configuration of the image was not understood") from None
    return {"image": name or None, "command": command, "environment": variables}


def compose(path: str, services: Mapping[str, Mapping[str, Any]]) -> Record:
    """The record of ``docker.compose``: JSON, which is YAML; nothing in it is to be filled in."""
    text = json.dumps({"services": services}, indent=1, sort_keys=True).replace("$", "$$") + "\n"
    return _record("docker.compose", path, text)


def containers(path: str, lines: Iterable[Record]) -> Record:
    """The record of ``host.containers``."""
    text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
    return _record("host.containers", path, text)


def names(items: Sequence[Inspected]) -> list[str]:
    """A name for each container: its service, or its own name where a service has several."""
    services = [service_name(item) for item in items]
    return [
        name if services.count(name) == 1 else str(item.get("Name", "")).lstrip("/")
        for name, item in zip(services, items, strict=True)
    ]


def _record(source: str, path: str, text: str) -> Record:
    content = text.encode("ascii")
    digest = hashlib.sha256(content).hexdigest()
    return document(source, path, str(State.PRESENT), content=content, sha256=digest)
