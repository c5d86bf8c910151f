"""The certificates a daemon trusts, loaded once when it starts.

Java reads its own store, which dpkg brings up to date later than the PEM directory; reading that
very file keeps the delay. Without a JRE the store is not there and the PEM bundle takes its place.
"""

import ssl
import struct
from pathlib import Path

JAVA_STORE = Path("/etc/ssl/certs/java/cacerts")
PEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_MAGIC = 0xFEEDFEED
_TRUSTED = 2


def read_jks(data: bytes) -> list[bytes]:
    """DER certificates of the trusted entries in a Java key store of the JKS kind.

    Raises ``ValueError`` for another kind or a truncated file. The store's integrity hash needs
    its password and is not checked.
    """
    place = 0

    def take(layout: str) -> int:
        nonlocal place
        try:
            (value,) = struct.unpack_from(layout, data, place)
        except struct.error as problem:
            raise ValueError("truncated key store") from problem
        place += struct.calcsize(layout)
        return int(value)

    def skip(length: int) -> bytes:
        nonlocal place
        if length < 0 or place + length > len(data):
            raise ValueError("truncated key store")
        place += length
        return data[place - length : place]

    if take(">I") != _MAGIC:
        raise ValueError("not a JKS key store")
    version, count = take(">I"), take(">I")
    found = []
    for _ in range(count):
        if take(">I") != _TRUSTED:
            raise ValueError("a key store with private keys is not a trust store")
        skip(take(">H"))  # alias
        take(">Q")  # time of creation
        if version == 2:
            skip(take(">H"))  # kind, X.509
        found.append(skip(take(">I")))
    return found


def trust(
    *, verify: bool = True, java: Path = JAVA_STORE, pem: Path = PEM_BUNDLE
) -> tuple[ssl.SSLContext, str]:
    """A client context and a sentence about where its trust comes from."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context, "certificate verification is off"
    # a server's own certificate in the store is trusted as it is, like in Java
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        certificates = read_jks(java.read_bytes())
    except (OSError, ValueError):
        certificates = []
    if certificates:
        usable = "".join(ssl.DER_cert_to_PEM_cert(der) for der in certificates)
        context.load_verify_locations(cadata=usable)
        return context, f"{len(certificates)} trusted certificates in {java}"
    if pem.is_file():
        context.load_verify_locations(cafile=str(pem))
    return context, f"{len(context.get_ca_certs())} trusted certificates in {pem}"
