"""Verifies assertions of a Gatehouse gateway: docs/verify-in-your-backend.md. Copy this file; Python 3.9 or newer.

It needs one package: cryptography.
"""

import base64
import hashlib
import http.client
import json
import re
import threading
import time
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

SKEW = 5  # seconds that two clocks may differ
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Refused(Exception):
    """`code` says why; answer with `status`: 401, or 503 when no keys can be had."""

    def __init__(self, code):
        super().__init__(f"assertion refused: {code}")
        self.code = code
        self.status = 503 if code == "keys_unavailable" else 401


def _must(holds, code):
    if not holds:
        raise Refused(code)


def _sha256(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _parse(part):
    try:
        value = json.loads(_decode(part))
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    return value if isinstance(value, dict) else {}


def in_memory(now=time.time):
    """Ids used so far, in this process. Several processes need one store: first_use(jti, exp) is true once for an id."""
    used, lock = {}, threading.Lock()

    def first_use(jti, exp):
        with lock:
            while used and next(iter(used.values())) + SKEW <= now():
                del used[next(iter(used))]
            if jti in used:
                return False
            used[jti] = exp
            return True

    return first_use


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def download(issuer):
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(f"{issuer}/.well-known/jwks.json", timeout=3) as response:
        return json.load(response)["keys"]


def _public_key(jwk):
    x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


class Verifier:
    """`issuer`: the gateway's public URL. `audience`: the name of this backend in the gateway's configuration."""

    def __init__(self, issuer, audience, now=time.time, first_use=None, fetch_keys=download):
        self._issuer, self._audience, self._now = issuer, audience, now
        self._first_use = first_use or in_memory(now)
        self._fetch_keys = fetch_keys
        self._lock = threading.Lock()
        self._keys, self._read_at, self._asked_at = {}, float("-inf"), float("-inf")

    def verify(self, assertion, method, path, query="", body=b"", body_later=False):
        """The claims of an assertion made for this request; raises Refused where there is a doubt.

        `path` and `query` as they came, not decoded; `body`: bytes, before any parser. `body_later`: for an authorizer,
        which sees no body; whoever sees it has to compare its hash with `body_hash`.
        """
        _must(isinstance(assertion, str) and len(assertion) <= 8192, "malformed")
        _must(_COMPACT.fullmatch(assertion), "malformed")
        head, payload, signature = assertion.split(".")
        header = _parse(head)
        _must(header.get("typ") == "gatehouse-assertion+jwt" and header.get("alg") == "ES256", "type")
        _must("crit" not in header, "type")
        self._check_signature(self._key_of(header.get("kid")), f"{head}.{payload}".encode(), signature)
        claims = _parse(payload)
        _must(claims.get("iss") == self._issuer, "issuer")
        _must(claims.get("aud") == self._audience, "audience")
        exp, iat, now = claims.get("exp"), claims.get("iat"), self._now()
        _must(isinstance(exp, (int, float)) and isinstance(iat, (int, float)), "time")
        _must(now < exp + SKEW and now > iat - SKEW and exp - iat <= 60, "time")
        body_hash = str(claims.get("body_hash")) if body_later else _sha256(body)
        lines = ["gatehouse-request-v1", method, path, query, body_hash]
        _must(claims.get("req_hash") == _sha256("\n".join(lines).encode("utf-8", "replace")), "request")
        jti = claims.get("jti")
        _must(isinstance(jti, str) and self._first_use(jti, exp), "replayed")
        return claims

    @staticmethod
    def _check_signature(key, signed, signature):
        raw = _decode(signature)
        _must(len(raw) == 64, "signature")
        numbers = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
        try:
            key.verify(utils.encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused("signature") from None

    def _key_of(self, kid):
        _must(isinstance(kid, str), "unknown_key")
        if self._is_due(kid):
            with self._lock:
                if self._is_due(kid) and self._now() - self._asked_at > (30 if self._keys else 2):
                    self._ask()
        _must(self._now() - self._read_at < 86400, "keys_unavailable")
        _must(kid in self._keys, "unknown_key")
        return self._keys[kid]

    def _is_due(self, kid):
        return self._now() - self._read_at > 600 or kid not in self._keys

    def _ask(self):
        now = self._asked_at = self._now()
        try:
            keys = self._fetch_keys(self._issuer)
            if not isinstance(keys, list):
                raise TypeError("no set of keys")
            usable = [key for key in keys if key.get("kty") == "EC" and key.get("crv") == "P-256"]
            self._keys, self._read_at = {key["kid"]: _public_key(key) for key in usable}, now
        except (OSError, ValueError, LookupError, TypeError, AttributeError, http.client.HTTPException):
            pass  # Those known so far are good for a day.
