# Runs deploy/jupyterhub/hubgate_login.py in front of JupyterHub's own authenticators, without a hub, and
# prints for each case whom it would sign in, or why not. Used by e2e/jupyterhub-login.test.ts.
import asyncio
import json
import sys

from jupyterhub.auth import Authenticator, DummyAuthenticator, PAMAuthenticator
from tornado import web
from tornado.httputil import HTTPHeaders
from traitlets.config import Config

snippet, secret_file = sys.argv[1:3]


class Redirected(Authenticator):
    """Signs in as OAuth does: no form, the name comes from what the browser brings back."""

    async def authenticate(self, handler, data=None):
        return {"name": handler.code, "auth_state": {"token": "t"}}


class Permissive(PAMAuthenticator):
    """PAM, but for the question to the system itself."""

    async def authenticate(self, handler, data):
        return data["username"]


class Request:
    def __init__(self, headers):
        self.headers = HTTPHeaders()
        for name, value in headers:
            self.headers.add(name, value)


class Handler:
    def __init__(self, headers, code):
        self.request = Request(headers)
        self.code = code


def rename(authenticator, handler, authentication):
    return {**authentication, "name": "mallory"}


async def turn_away(authenticator, handler, authentication):
    return None


def sign_in(kind, account, headers, before=None, more=""):
    c = Config()
    c.Authenticator.allow_all = True  # JupyterHub 5; earlier ones take no notice
    if before is not None:
        c[before[0]]["post_auth_hook"] = before[1]
    exec(more + "\n" + open(snippet).read(), {"c": c})
    authenticator = kind(config=c)
    handler = Handler(headers, account)
    try:
        found = asyncio.run(authenticator.get_authenticated_user(handler, {"username": account, "password": "x"}))
    except web.HTTPError as error:
        return f"{error.status_code} {error.log_message}"
    return None if found is None else found["name"]


def through(account):
    return [("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-CN", account)]


secret = f"hubgate_secret_file = {secret_file!r}"
proof = [("X-Hubgate-Secret", open(secret_file).read().strip())]
kinds = {"dummy": DummyAuthenticator, "pam": Permissive, "oauth": Redirected}
results = {}
for name, kind in kinds.items():
    results[name] = {
        "same": sign_in(kind, "alice", through("alice")),
        "other": sign_in(kind, "bob", through("alice")),
        "none": sign_in(kind, "alice", []),
        "empty": sign_in(kind, "alice", through("")),
        "twice": sign_in(kind, "alice", through("alice") + [("X-SSL-Client-CN", "bob")]),
        "failed": sign_in(kind, "alice", [("X-SSL-Client-Verify", "FAILED:x"), ("X-SSL-Client-CN", "alice")]),
        "encoded": sign_in(kind, "jos\u00e9", through("jos%c3%a9")),
        "renamed": sign_in(kind, "alice", through("alice"), ("Authenticator", rename)),
        "renamed_to": sign_in(kind, "alice", through("mallory"), ("Authenticator", rename)),
        "renamed_by_class": sign_in(kind, "alice", through("alice"), (kind.__name__, rename)),
        "turned_away": sign_in(kind, "alice", through("alice"), ("Authenticator", turn_away)),
        "no_secret": sign_in(kind, "alice", through("alice"), more=secret),
        "secret": sign_in(kind, "alice", through("alice") + proof, more=secret),
        "wrong_secret": sign_in(kind, "alice", through("alice") + [("X-Hubgate-Secret", "x")], more=secret),
        "mapped": sign_in(
            kind, "alice", through("Alice A"), more="hubgate_account_of = lambda cn: cn.split()[0].lower()"
        ),
    }
print(json.dumps(results))
