"""Hash-chained logs. The canonical line is kept as text: it, not the columns, is the record."""

from django.db import models


class LogHead(models.Model):
    """The end of one chain: locked while a line is appended, so that two writers cannot both follow one line."""

    log = models.CharField(max_length=80, primary_key=True)
    agency_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    seq = models.BigIntegerField(default=0)
    prev = models.CharField(max_length=64)

    class Meta:
        ordering = ["log"]


class LogLine(models.Model):
    """One event. Columns repeat parts of `line` for finding; triggers forbid UPDATE and DELETE."""

    log = models.ForeignKey(LogHead, on_delete=models.PROTECT, related_name="lines")
    seq = models.BigIntegerField()
    line = models.TextField()
    action = models.CharField(max_length=64, db_index=True)
    agency_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    actor_id = models.UUIDField(null=True, db_index=True)
    object = models.CharField(max_length=300, db_index=True)
    day = models.DateField(db_index=True)

    class Meta:
        ordering = ["log", "seq"]
        constraints = [models.UniqueConstraint(fields=["log", "seq"], name="one_line_a_place")]
