"""A small certificate authority for the engines of one installation: services trust it and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.embedded.keys import keep
from shared.clock import now

AUTHORITY_DAYS = 3650
SERVER_DAYS = 825
# A clock that is a little behind must not refuse a certificate that was made just now.
BACKDATED = timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, by their files: `NAME.crt` and `NAME.key`."""

    folder: Path
    name: str

    @property
    def certificate(self) -> Path:
        """What may be shown to anybody."""
        return self.folder / f"{self.name}.crt"

    @property
    def key(self) -> Path:
        """What its owner alone may read."""
        return self.folder / f"{self.name}.key"


def ensure_authority(pair: Pair) -> None:
    """Makes the authority unless its certificate is there."""
    if pair.certificate.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Huiyin engines")
    signing = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    draft = (
        _draft(name, name, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signing, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    _keep(pair, draft.sign(key, hashes.SHA256()), key)


def ensure_server(pair: Pair, authority: Pair, hosts: Sequence[str]) -> None:
    """Makes a server's certificate for these host names unless it is there. ValueError where the authority is away."""
    if pair.certificate.exists():
        return
    if not authority.key.exists():
        raise ValueError(f"{authority.key} is not there: bring it back to sign {pair.certificate.name}")
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    signer = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{authority.key} holds another kind of key than was made here")
    key = ec.generate_private_key(ec.SECP256R1())
    draft = (
        _draft(_name(hosts[0]), issuer.subject, key.public_key(), SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    _keep(pair, draft.sign(signer, hashes.SHA256()), key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _draft(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    begins = now() - BACKDATED
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=begins,
        not_valid_after=begins + timedelta(days=days),
    )


def _keep(pair: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """The certificate comes last: where it is, its key is."""
    pair.key.unlink(missing_ok=True)
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    keep(pair.key, private.decode().strip())
    keep(pair.certificate, certificate.public_bytes(encoding).decode().strip())
