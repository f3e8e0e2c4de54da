"""Everything that can be sent as a token and is none: 401 each, never a 5xx."""

import base64
import json
import time
from uuid import uuid4

import jwt
import pytest

from tests.conftest import SECRET

MINUTE = 60


def claims_of(person, **changes):
    """What a good token of this person says; None drops a claim."""
    now = int(time.time())
    good = {
        "sub": str(person.user_id),
        "sid": str(person.session_id),
        "jti": uuid4().hex,
        "type": "access",
        "iat": now,
        "exp": now + 10 * MINUTE,
        "aud": "wandr",
        "iss": "wandr",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload, key=SECRET, algorithm="HS256", headers=None):
    return jwt.encode(payload, key, algorithm, headers=headers)


def by_hand(header, payload):
    """Signed with the right key, whatever the parts are."""
    parts = [part if isinstance(part, str) else json.dumps(part) for part in (header, payload)]
    head = b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(algorithm.sign(head, SECRET.encode())).rstrip(b"=")
    return (head + b"." + signature).decode()


HS256 = {"alg": "HS256", "typ": "JWT"}
NOW = int(time.time())

CHANGED_CLAIMS = {
    "no exp": {"exp": None},
    "no jti": {"jti": None},
    "no sid": {"sid": None},
    "no sub": {"sub": None},
    "no type": {"type": None},
    "no iat": {"iat": None},
    "no audience": {"aud": None},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "a list of audiences": {"aud": ["wandr", "other"]},
    "another issuer": {"iss": "other"},
    "a refresh token": {"type": "refresh"},
    "another type": {"type": "ACCESS"},
    "a list as type": {"type": ["access"]},
    "expired": {"exp": NOW - MINUTE},
    "expired in 1970": {"exp": 0},
    "a negative exp": {"exp": -(10**12)},
    "exp of a longer life than we give": {"exp": NOW + 86_400 * 365},
    "exp beyond all floats": {"exp": 10**400},
    "exp as text": {"exp": "tomorrow"},
    "exp as digits": {"exp": str(NOW + MINUTE)},
    "exp as a float": {"exp": NOW + 0.5 + MINUTE},
    "exp as a list": {"exp": [NOW + MINUTE]},
    "exp as a truth": {"exp": True},
    "made in the future": {"iat": NOW + 10 * MINUTE},
    "not yet good": {"nbf": NOW + 10 * MINUTE},
    "iat as text": {"iat": "now"},
    "sub with NUL": {"sub": "\x00"},
    "sub as a number": {"sub": 1},
    "sub as no UUID": {"sub": "admin' OR 1=1"},
    "sub of nobody": {"sub": str(uuid4())},
    "sub of a surrogate": {"sub": "\ud800"},
    "sid as a number": {"sid": 1},
    "sid as an object": {"sid": {}},
    "sid with NUL": {"sid": "\x00" * 36},
    "sid of no session": {"sid": str(uuid4())},
    "jti as a number": {"jti": 1},
}


def test_a_token_made_like_this_is_good(organizer):
    organizer.token = signed(claims_of(organizer))
    organizer.get("/users/me", status=200)


@pytest.mark.parametrize("changes", CHANGED_CLAIMS.values(), ids=CHANGED_CLAIMS)
def test_a_token_with_wrong_claims_is_refused(organizer, changes):
    organizer.token = by_hand(HS256, claims_of(organizer, **changes))
    refused(organizer)


FORGERIES = {
    "unsigned": lambda who: jwt.encode(claims_of(who), None, "none"),
    "alg none, our signature": lambda who: by_hand({"alg": "none"}, claims_of(who)),
    "alg NoNe": lambda who: by_hand({"alg": "NoNe"}, claims_of(who)),
    "alg of another strength": lambda who: signed(claims_of(who), SECRET * 2, "HS512"),
    "HS512 with our key": lambda who: signed(claims_of(who), SECRET.ljust(64, "x"), "HS512"),
    "no alg": lambda who: by_hand({"typ": "JWT"}, claims_of(who)),
    "alg as a list": lambda who: by_hand({"alg": ["HS256"]}, claims_of(who)),
    "another key": lambda who: signed(claims_of(who), "x" * 40),
    "an unknown critical header": lambda who: by_hand(HS256 | {"crit": ["b64"]}, claims_of(who)),
    "a list as payload": lambda who: by_hand(HS256, [claims_of(who)]),
    "text as payload": lambda who: by_hand(HS256, '"wandr"'),
    "null as payload": lambda who: by_hand(HS256, "null"),
    "a deep payload": lambda who: by_hand(HS256, "[" * 900 + "]" * 900),
    "NaN in the payload": lambda who: by_hand(HS256, '{"exp": NaN}'),
    "5,000 digits in the payload": lambda who: by_hand(HS256, '{"exp": ' + "9" * 1200 + "}"),
    "a list as header": lambda who: by_hand("[]", claims_of(who)),
    "no signature": lambda who: who.token.rsplit(".", 1)[0] + ".",
    "a cut signature": lambda who: who.token[:-4],
    "two parts": lambda who: who.token.rsplit(".", 1)[0],
    "four parts": lambda who: who.token + ".x",
    "only dots": lambda who: "..",
    "no base64": lambda who: "ä.ö.ü",
    "two megabytes of dots": lambda who: "." * 2000,
    "very long": lambda who: "x" * 100_000,
    "another payload under our signature": lambda who: ".".join(
        [
            who.token.split(".")[0],
            signed(claims_of(who, sub=str(uuid4()))).split(".")[1],
            who.token.split(".")[2],
        ]
    ),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(organizer, forge):
    organizer.token = forge(organizer)
    refused(organizer)


HEADERS = ["Bearer", "Bearer ", "Basic YTpi", "Token x", "bearer", "Bearer a b", "Bearer,", "JWT x"]


@pytest.mark.parametrize("header", HEADERS)
def test_a_strange_header_is_refused(client, header):
    answer = client.get("/api/v1/users/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_without_a_token_the_challenge_names_no_error(client):
    answer = client.get("/api/v1/users/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(client, organizer, scheme):
    headers = {"Authorization": f"{scheme} {organizer.token}"}
    assert client.get("/api/v1/users/me", headers=headers).status_code == 200


def test_tokens_anywhere_but_in_the_header_are_not_looked_at(client, organizer):
    assert client.get(f"/api/v1/users/me?jwt={organizer.token}").status_code == 401
    client.set_cookie("access_token_cookie", organizer.token)
    assert client.get("/api/v1/users/me").status_code == 401


@pytest.mark.parametrize("changes", CHANGED_CLAIMS.values(), ids=CHANGED_CLAIMS)
def test_no_such_token_refreshes_anything(client, organizer, changes):
    token = by_hand(HS256, claims_of(organizer, **({"type": "refresh"} | changes)))
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": token})
    assert answer.status_code == 401


def refused(person):
    body = person.get("/users/me", status=401)
    assert body["code"] == "invalid_token"
    assert person.raw.mimetype == "application/problem+json"
    assert person.raw.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
