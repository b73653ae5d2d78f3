"""TLS between processes of one user: each side shows the certificate of their cluster, and wants to see it.

The certificate is its own CA and stands in a directory that only its user reads: who has it is the user, from
whatever host. So a name in it would say nothing, and none is looked at.
"""

from __future__ import annotations

import ssl

LEAST_VERSION = ssl.TLSVersion.TLSv1_2


def context_of(certificate: str, key: str, *, server: bool = False) -> ssl.SSLContext:
    """Return a context for one side of such a connection; blocks on the disk.

    Parameters
    ----------
    certificate, key : str
        Paths of PEM files.
    server : bool, optional
        Whether it is for the side that listens.

    Raises
    ------
    OSError
        If a file cannot be read, or is none of the two (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = LEAST_VERSION
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate)
    context.load_cert_chain(certificate, key)
    return context
