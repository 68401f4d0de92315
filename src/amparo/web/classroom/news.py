"""What the classroom writes into the agency's log."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

EXERCISE_STARTED = declare("exercise.started", gettext_noop("started an exercise"))
EXERCISE_READY = declare("exercise.ready", gettext_noop("made an exercise's world"))
