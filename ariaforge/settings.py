"""Settings of AriaForge, all from the environment (see ``.env.example``).

Values come, in this order, from the process environment, from ``.env`` beside
``manage.py``, and from ``var/embedded.env``, which ``manage.py serve`` writes for the
embedded PostgreSQL and Redis.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

from ariaforge.api.schema_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from ariaforge.logs import logging_settings
from ariaforge.reserved_usernames import RESERVED_USERNAMES

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(str(BASE_DIR / ".env"))
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
environ.Env.read_env(str(VAR_DIR / "embedded.env"))

TESTING = "pytest" in sys.modules

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people reach the studio; for links that are made outside a request.
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}")

# -- Applications -------------------------------------------------------------------

INSTALLED_APPS = [
    "collaboration",
    "compositions",
    "media",
    "projects",
    "accounts",
    "ariaforge",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_dramatiq",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ariaforge.middleware.RequestIdMiddleware",
    "ariaforge.middleware.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ariaforge.middleware.ActionContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "ariaforge.urls"
WSGI_APPLICATION = "ariaforge.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# -- Database, cache, queue ---------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default="postgresql:///ariaforge")
}
DATABASES["default"].update(
    CONN_MAX_AGE=0 if TESTING else env.int("CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
)
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

CACHES = {
    "default": {
        "BACKEND": "ariaforge.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}

DRAMATIQ_BROKER = {
    "BROKER": "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {
        "url": REDIS_URL,
        # A worker that is gone is noticed after this long; the lease in the database
        # decides who owns a job, so early redelivery is harmless.
        "heartbeat_timeout": 30_000,
        "maintenance_chance": 10_000,
    },
    "MIDDLEWARE": [
        "ariaforge.jobs.middleware.JobWorkerMiddleware",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ["actors"]

# -- Jobs ---------------------------------------------------------------------------

JOB_QUEUES = ("compose", "render", "analyse", "bulk")
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=15)
JOB_CONCURRENCY_PER_USER = env.int("JOB_CONCURRENCY_PER_USER", default=2)
JOB_WORK_DIR = Path(env.str("JOB_WORK_DIR", default=str(VAR_DIR / "work")))
# How long a job may wait before its worker is nudged again (messages can be lost).
JOB_RESEND_SECONDS = env.int("JOB_RESEND_SECONDS", default=10)
JOB_RETENTION_DAYS = env.int("JOB_RETENTION_DAYS", default=30)
# Modules with kinds of jobs besides job_kinds.py of the apps.
JOB_KIND_MODULES = env.list("JOB_KIND_MODULES", default=[])
# How long a song rests before its unsaved edits become a version.
IDLE_VERSION_SECONDS = env.int("IDLE_VERSION_SECONDS", default=600)
# How long the files of exports are kept; 0 keeps them for ever.
EXPORT_RETENTION_DAYS = env.float("EXPORT_RETENTION_DAYS", default=30.0)
# A language model that may help to read prompts; off without an address and a model's name.
LLM_BASE_URL = env.str("LLM_BASE_URL", default="")
LLM_API_KEY = env.str("LLM_API_KEY", default="")
LLM_MODEL = env.str("LLM_MODEL", default="")
LLM_TIMEOUT_SECONDS = min(60.0, env.float("LLM_TIMEOUT_SECONDS", default=30.0))
# How long what was sent to it and what came back is kept.
LLM_RETENTION_DAYS = env.float("LLM_RETENTION_DAYS", default=90.0)
EVENT_STREAMS_PER_USER = env.int("EVENT_STREAMS_PER_USER", default=6)
MINIMUM_FREE_DISK_MB = env.int("MINIMUM_FREE_DISK_MB", default=500)

# -- Files --------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/htmx", BASE_DIR / "node_modules/htmx.org/dist"),
    ("vendor/inter", BASE_DIR / "node_modules/@fontsource-variable/inter/files"),
    ("vendor/spessasynth", BASE_DIR / "node_modules/spessasynth_core/dist"),
    ("vendor/stb-vorbis", BASE_DIR / "node_modules/stb-vorbis/dist"),
]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
SOUNDFONT_PATH = env.str("SOUNDFONT_PATH", default="")
# How much the stems of earlier renders may take of the disk; 0 keeps none.
STEM_CACHE_MB = env.int("STEM_CACHE_MB", default=4096)
RENDER_PREVIEWS = env.bool("RENDER_PREVIEWS", default=True)

_default_storage: dict[str, Any] = {"BACKEND": "ariaforge.storage.DurableFileSystemStorage"}
if env.str("AWS_STORAGE_BUCKET_NAME", default=""):
    _default_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("AWS_STORAGE_BUCKET_NAME"),
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", default=None),
            "region_name": env.str("AWS_S3_REGION_NAME", default=None),
            "access_key": env.str("AWS_ACCESS_KEY_ID", default=None),
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default=None),
            "addressing_style": env.str("AWS_S3_ADDRESSING_STYLE", default="auto"),
            "default_acl": None,
            "file_overwrite": False,
        },
    }
STORAGES = {
    "default": _default_storage,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- People -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "add_email": "accounts.forms.AddAddressForm",
}
ACCOUNT_ALLOW_SIGNUP = env.bool("ACCOUNT_ALLOW_SIGNUP", default=True)
OWNER_USERNAME = env.str("OWNER_USERNAME", default="owner")
OWNER_EMAIL = env.str("OWNER_EMAIL", default="owner@localhost")
SIGN_IN_LINK_MINUTES = env.int("SIGN_IN_LINK_MINUTES", default=15)
ACCOUNT_USERNAME_BLACKLIST = [OWNER_USERNAME, *RESERVED_USERNAMES]
ACCOUNT_EMAIL_SUBJECT_PREFIX = "AriaForge: "
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/15m/ip,5/15m/key",
    "signup": "20/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/h/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "3/3m/key",
}
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="AriaForge <studio@localhost>")

# -- REST API -----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.TokenScopePermission",
    ],
    "DEFAULT_PAGINATION_CLASS": "ariaforge.api.pagination.NewestFirstPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("THROTTLE_ANONYMOUS", default="60/hour"),
        "user": env.str("THROTTLE_USER", default="1000/hour"),
        "compose": env.str("THROTTLE_COMPOSE", default="120/hour"),
        "export": env.str("THROTTLE_EXPORT", default="60/hour"),
        # A fader that is dragged sends many edits; by the second, so that few times are kept.
        "edit": env.str("THROTTLE_EDIT", default="100/second"),
    },
    "EXCEPTION_HANDLER": "ariaforge.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_MODEL": "accounts.ApiToken",
    "AUTO_REFRESH": False,
    "TOKEN_TTL": None,
    "AUTH_HEADER_PREFIX": "Token",
}
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - the name of a model
# Knox's migrations would still make the table of the token model that ours replaces.
MIGRATION_MODULES = {"knox": None}

# -- Security -----------------------------------------------------------------------

# TLS ends at a proxy in front (docs/deployment.md); SECURE_PROXY turns its checks on.
_secure = env.bool("SECURE_PROXY", default=False)
# How many proxies of ours stand in front: so far X-Forwarded-For is believed by throttles.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if _secure else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
REST_FRAMEWORK["NUM_PROXIES"] = TRUSTED_PROXY_COUNT
if _secure:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_HSTS_PRELOAD = _secure
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "ariaforge.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, "'wasm-unsafe-eval'"],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# -- Time, language, logs -----------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

_log_level = env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO")
LOGGING = logging_settings(
    level=_log_level, as_json=env.str("LOG_FORMAT", default="json") == "json"
)
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# Refused requests are ordinary work of a web server; errors of our own are not.
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
# RequestIdMiddleware has replaced what is not well-formed.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
