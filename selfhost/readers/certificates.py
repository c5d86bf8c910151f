"""Certificates in PEM: for whom, until when."""

import datetime
import re
import warnings
from dataclasses import dataclass

from cryptography import x509

from selfhost.readers.tree import Origin, Problem, Source

MAX_CHAIN = 20
_PEM = re.compile(r"^-----BEGIN CERTIFICATE-----.*?^-----END CERTIFICATE-----", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Certificate:
    """``expires`` is UTC; ``names`` are the DNS names that it is for."""

    expires: datetime.datetime
    names: tuple[str, ...]
    origin: Origin


def read_certificates(source: Source) -> tuple[tuple[Certificate, ...], tuple[Problem, ...]]:
    """The certificates of a file in order, the server's own first; what is not one is a problem."""
    found: list[Certificate] = []
    for block in list(_PEM.finditer(source.text))[:MAX_CHAIN]:
        origin = Origin(source.path, source.text.count("\n", 0, block.start()) + 1)
        try:
            with warnings.catch_warnings():  # serial numbers that are against the rules
                warnings.simplefilter("ignore")
                read = x509.load_pem_x509_certificate(block.group().encode())
                found.append(Certificate(read.not_valid_after_utc, _names(read), origin))
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension):
            return tuple(found), (Problem(origin, "is not a certificate that can be read"),)
    if not found:
        return (), (Problem(Origin(source.path), "holds no certificate"),)
    return tuple(found), ()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))
