"""The TLS pair of one cluster: made before launch, on the Jupyter side, read by everybody who takes part.

The certificate signs itself and is its own CA, so that exactly those who can read the cluster's 0700
directory are let in. Dask checks the certificate, not the host's name in it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..protocol.directory import ClusterDirectory
from ..protocol.models import Credentials
from ..system.files import create_private

# Longer than any cluster should live: an expired certificate would cut a running one in half.
LIFETIME = timedelta(days=3 * 365)


def make_credentials(directory: Path, cluster_id: str) -> Credentials:
    """Write certificate and key (0600) into the cluster's directory.

    Raises
    ------
    StorageUnavailable
        If they cannot be written.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"dask-slurm {cluster_id}"[:64])])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of compute nodes may lag behind, and this one may be set back.
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    on_disk = ClusterDirectory(directory)
    create_private(on_disk.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    create_private(
        on_disk.key,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    return Credentials.below(directory)
