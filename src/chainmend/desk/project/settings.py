"""Settings of Django, from the home of the desk and a few variables of the environment.

CHAINMEND_DESK_HOME            folder of the desk
CHAINMEND_DESK_DATABASE_URL    another database than the SQLite file of the home, such as postgres://...
CHAINMEND_DESK_HOSTS           names under which the desk is reached, with commas; this machine's by default
CHAINMEND_DESK_HTTPS           1 where people reach it by HTTPS: cookies then travel by HTTPS alone
CHAINMEND_DESK_TIMEZONE        where the city is, such as Asia/Shanghai, the default
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from chainmend.desk.home import (
    DATABASE_VARIABLE,
    HOSTS_VARIABLE,
    HTTPS_VARIABLE,
    TIMEZONE_VARIABLE,
    home_of_environment,
)
from chainmend.desk.project.database import database

DESK_HOME = home_of_environment()
_DESK = Path(__file__).resolve().parents[1]
_HTTPS = os.environ.get(HTTPS_VARIABLE) == "1"
_HOSTS = [h.strip() for h in os.environ.get(HOSTS_VARIABLE, "").split(",") if h.strip()]

DEBUG = False
SECRET_KEY = DESK_HOME.secret()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_HOSTS]
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in _HOSTS if _HTTPS]
ROOT_URLCONF = "chainmend.desk.project.urls"
WSGI_APPLICATION = "chainmend.desk.project.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "chainmend.desk.project",
    "chainmend.desk.accounts",
    "chainmend.desk.scans",
    "chainmend.desk.worklist",
    "chainmend.desk.atlas",
    "chainmend.desk.api",
    "chainmend.desk.firms",
]
MIDDLEWARE = [
    "chainmend.desk.api.middleware.json_only",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chainmend.desk.project.middleware.language",
    "chainmend.desk.project.middleware.sound",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "chainmend.desk.accounts.middleware.idle",
    "chainmend.desk.accounts.middleware.own_password",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chainmend.desk.project.middleware.private",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_DESK / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chainmend.desk.project.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "chainmend.desk.project.templatetags.desk",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get(DATABASE_VARIABLE), DESK_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "atlas:cockpit"
LOGOUT_REDIRECT_URL = "accounts:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "chainmend.desk.accounts.views.locked"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [_DESK.parent / "locale"]
LANGUAGE_COOKIE_NAME = "desk_language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get(TIMEZONE_VARIABLE) or "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [_DESK / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = DESK_HOME.media
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "chainmend": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
    },
}
