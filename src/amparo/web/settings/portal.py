"""The portal: citizens. No session, no cookie, no account, no address; nothing of the desk is routed here."""

from amparo.web.settings.base import *  # noqa: F403
from amparo.web.settings.base import INSTALLED_APPS as ALL_APPS

# Nobody signs in here; allauth would also refuse to start without its middleware.
INSTALLED_APPS = [name for name in ALL_APPS if name.split(".")[0] != "allauth"]
ROOT_URLCONF = "amparo.web.urls.portal"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "amparo.web.common.middleware.PrivateHeaders",
    "csp.middleware.CSPMiddleware",
]
AMPARO_REFERRER_POLICY = "no-referrer"
AMPARO_REQUIRE_MFA = False
AMPARO_WRAP_POOL = 200  # receipt codes whose slow wrapping keys are drawn ahead of need, per worker
