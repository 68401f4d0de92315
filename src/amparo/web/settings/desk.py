"""The desk (and the worker): staff, behind password and second factor."""

from amparo.web.common.home import folder
from amparo.web.settings.base import *  # noqa: F403
from amparo.web.settings.base import CONFIG, TEMPLATES

ROOT_URLCONF = "amparo.web.urls.desk"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "amparo.web.common.middleware.PrivateHeaders",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",  # before sign-in: the browser's language
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "amparo.web.accounts.middleware.NoUploadsOfStrangers",
    "amparo.web.accounts.middleware.RequireSecondFactor",
    "amparo.web.accounts.middleware.AgencyScope",
    "amparo.web.common.refusals.SayRefusals",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES[0]["OPTIONS"]["context_processors"] += [  # type: ignore[index]
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "amparo.web.accounts.context.desk",
    "amparo.web.reports.context.reading_room",
]
AMPARO_REFERRER_POLICY = "same-origin"  # no-referrer would make Chromium send Origin: null, which CSRF refuses
AMPARO_REQUIRE_MFA = True

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "amparo.web.accounts.adapters.NoSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "amparo.web.accounts.adapters.BoxedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Amparo"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s either way: telephones go slow, people type slowly (RFC 6238, 5.2)
# Attempts and used codes are counted once for all processes, not once in each.
CACHES = {"default": {"BACKEND": "amparo.web.accounts.memory.SignInMemory"}}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"

_secure = bool(CONFIG.get("https", False))
# Behind a real certificate browsers are told to stay with https; with one of our own that would lock people out.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure and CONFIG.get("tls") != "self" else 0
SESSION_COOKIE_NAME = "__Host-session" if _secure else "amparo_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "amparo_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FILE_UPLOAD_TEMP_DIR = folder("inbox")  # the home's disk, not the system's: images are large
FILE_UPLOAD_HANDLERS = ["amparo.web.common.uploads.SayingUploadHandler"]
