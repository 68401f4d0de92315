"""Base of all models, and Job: long work that can be killed at any moment and continued."""

import os
import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone


class UuidModel(models.Model):
    """Random UUIDv4 keys on purpose: they tell nothing of order or number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Job(UuidModel):
    """One piece of long work: what, for whom, how far. Carries ids only, never content.

    A running job holds a lease that its worker renews; a lease that ran out means that the worker died, and the
    job is taken up again from `cursor`, which the handler wrote together with the batch it committed.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    #: Tests that kill workers shorten it.
    LEASE = timedelta(seconds=float(os.environ.get("AMPARO_JOB_LEASE", "30")))

    kind = models.CharField(max_length=64)
    agency_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    actor_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20, default="")
    skipped = models.JSONField(default=dict)  # reason -> count
    cursor = models.TextField(default="")
    attempts = models.IntegerField(default=0)
    error_code = models.CharField(max_length=8, default="")
    error = models.TextField(default="")
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created"]

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.STOPPED}

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())

    @property
    def rate(self) -> float | None:
        """Units a second since the start, None before there is anything to say."""
        if not self.started or not self.done:
            return None
        seconds = ((self.finished or timezone.now()) - self.started).total_seconds()
        return self.done / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> int | None:
        if self.is_over or self.total is None or not self.rate:
            return None
        return int(max(0, self.total - self.done) / self.rate)
