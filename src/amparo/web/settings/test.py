"""Tests: the desk's settings over a throw-away home, jobs done at once; PostgreSQL by AMPARO_DATABASE_URL."""

import os
import tempfile

os.environ.setdefault("AMPARO_HOME", tempfile.mkdtemp(prefix="amparo-test-"))

from amparo.web.settings.desk import *  # noqa: F403
from amparo.web.settings.desk import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # made-up passwords, thousands of tests
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and write locks as in production; the test database is a file because browsers need a second connection.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["AMPARO_HOME"], "test.sqlite3")}  # noqa: PTH118
