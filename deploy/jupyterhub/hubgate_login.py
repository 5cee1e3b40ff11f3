# Hubgate: whoever signs in to this hub must be the one whose certificate opened the gate.
#
# Without this the two are not bound: somebody with a certificate for alice and the password of bob
# gets in as bob. Put this file on the hub's machine, and at the very end of jupyterhub_config.py, after
# everything that it says about authenticators:
#
#     exec(open("/etc/jupyterhub/hubgate_login.py").read())
#
# (Not load_subconfig: that one passes over a missing file in silence.)
#
# It works with every authenticator that signs people in by JupyterHub's own way, login_user: PAM, LDAP,
# OAuth, the dummy one. One that sets the cookie itself (REMOTE_USER) is not stopped: try it once, by
# signing in under another name. JupyterHub 1.3 or later.
#
# The gate says who is there in X-SSL-Client-CN, with everything but plain letters as %xx. Where people
# have a shell on the hub's machine, they reach the hub's port past the gate and could write that header
# themselves: then let the gate prove that it is the gate, by a secret that only Apache and the hub can
# read (deploy/apache/README.md). Before the exec line:
#
#     hubgate_secret_file = "/etc/jupyterhub/hubgate-secret"
#
# Where accounts are called differently from what stands in certificates, say how, also before it:
#
#     hubgate_account_of = lambda common_name: common_name.lower()

import hmac as _hmac
from inspect import isawaitable as _isawaitable
from pathlib import Path as _Path
from urllib.parse import unquote as _unquote

from tornado import web as _web
from traitlets.config import Config as _Config


def _hubgate_bind(config, secret_file, account_of):
    secret = None
    if secret_file is not None:
        secret = _Path(secret_file).read_text().strip().encode()
        if len(secret) < 16:
            raise ValueError(f"{secret_file}: a secret has 16 letters at least")

    def refuse(authenticator, account, why, sentence):
        authenticator.log.warning("Hubgate: refused to sign in %r: %s", account, why)
        raise _web.HTTPError(403, sentence)

    def check(authenticator, handler, account):
        headers = handler.request.headers
        sent = headers.get_list("X-Hubgate-Secret")
        if secret is not None and not (
            len(sent) == 1 and _hmac.compare_digest(sent[0].encode("latin1", "replace"), secret)
        ):
            refuse(
                authenticator, account, "not through the gate", "Sign in through the gate: this request came another way."
            )
        names = headers.get_list("X-SSL-Client-CN")
        verified = headers.get_list("X-SSL-Client-Verify") == ["SUCCESS"]
        if not verified or len(names) != 1 or names[0] == "":
            refuse(authenticator, account, "no certificate", "Sign in through the gate: no certificate was passed on.")
        common_name = _unquote(names[0], errors="strict")
        if account_of(common_name) != account:
            refuse(
                authenticator,
                account,
                f"the certificate is for {common_name!r}",
                "The certificate that your browser shows is somebody else's, or the name that you gave is. "
                "Sign in with the account that your certificate is for.",
            )

    def bound(before):
        async def hook(authenticator, handler, authentication):
            # First the site's own hook, which may change the name: what counts is who is signed in.
            if before is not None:
                authentication = before(authenticator, handler, authentication)
                if _isawaitable(authentication):
                    authentication = await authentication
            if authentication is not None:
                check(authenticator, handler, authentication["name"])
            return authentication

        return hook

    # A hook of a more special class would win over Authenticator's, so each one is bound.
    config.Authenticator.setdefault("post_auth_hook", None)
    for section in list(config.values()):
        if isinstance(section, _Config) and "post_auth_hook" in section:
            section["post_auth_hook"] = bound(section["post_auth_hook"])


_hubgate_bind(
    c,  # noqa: F821 (JupyterHub's configuration)
    globals().get("hubgate_secret_file"),
    globals().get("hubgate_account_of", lambda common_name: common_name),
)
