"""A provider's signing keys, and the reading of tokens that they sign."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

# Only keys that a provider alone has: `none` proves nothing, and with HS256 whoever knows the public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEYS_MAX = 50
_KINDS: Mapping[str, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}


class BadTokenError(Exception):
    """The token is none, or no key signed it. `is_key_unknown` when another set of keys might have."""

    def __init__(self, *, is_key_unknown: bool = False) -> None:
        super().__init__()
        self.is_key_unknown = is_key_unknown


def read_keys(document: Mapping[str, Any]) -> KeySet:
    """The keys that may sign; what is no such key is left out, for a set may hold others."""
    listed = document.get("keys")
    found = [_key(one) for one in (listed if isinstance(listed, list) else [])[:KEYS_MAX]]
    return KeySet([key for key in found if key is not None])


def _key(listed: object) -> RSAKey | ECKey | None:
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig":
        return None
    kind = _KINDS.get(str(listed.get("kty")))
    try:
        return kind.import_key(listed) if kind else None
    except (JoseError, ValueError, TypeError):
        return None


def claims_of(token: str, keys: KeySet) -> dict[str, Any]:
    """The claims of a token that one of the keys signed. Raises BadTokenError."""
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS), registry=registry).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadTokenError(is_key_unknown=_is_key_unknown(error)) from None


def _is_key_unknown(error: Exception) -> bool:
    return isinstance(error, InvalidKeyIdError)
