"""Certificates in PEM: for whom, until when."""

import datetime
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

from selfhost.readers.tree import Origin, Problem, Source

MAX_CHAIN = 20
_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Certificate:
    """``expires`` is UTC; ``names`` are the DNS names that it is for."""

    expires: datetime.datetime
    names: tuple[str, ...]
    origin: Origin


def read_certificates(source: Source) -> tuple[tuple[Certificate, ...], tuple[Problem, ...]]:
    """The certificates of a file in order, the server's own first; what is not one is a problem."""
    found: list[Certificate] = []
    for line, block in _blocks(source.text):
        origin = Origin(source.path, line)
        if len(found) == MAX_CHAIN:
            return tuple(found), (Problem(origin, f"more than {MAX_CHAIN} certificates"),)
        try:
            with warnings.catch_warnings():  # serial numbers that are against the rules
                warnings.simplefilter("ignore")
                read = x509.load_pem_x509_certificate(block.encode())
                found.append(Certificate(read.not_valid_after_utc, _names(read), origin))
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension):
            return tuple(found), (Problem(origin, "is not a certificate that can be read"),)
    if not found:
        return (), (Problem(Origin(source.path), "holds no certificate"),)
    return tuple(found), ()


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each certificate's first line and text."""
    begin, kept = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_BEGIN):
            begin, kept = number, []
        if begin:
            kept.append(line)
        if begin and line.startswith(_END):
            yield begin, "\n".join(kept)
            begin = 0


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))
