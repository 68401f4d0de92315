"""The desk's settings while the demo is made: jobs are done at once, in the same process."""

from amparo.web.settings.desk import *  # noqa: F403

TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
