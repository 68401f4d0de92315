"""Triggers that forbid changing or removing a log line. They stop mistakes; the chain shows intent."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_logline_no_update BEFORE UPDATE ON audit_logline
       BEGIN SELECT RAISE(ABORT, 'log lines are never changed'); END""",
    """CREATE TRIGGER audit_logline_no_delete BEFORE DELETE ON audit_logline
       BEGIN SELECT RAISE(ABORT, 'log lines are never removed'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION audit_logline_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'log lines are never changed or removed'; END $$""",
    """CREATE TRIGGER audit_logline_no_change BEFORE UPDATE OR DELETE ON audit_logline
       FOR EACH ROW EXECUTE FUNCTION audit_logline_refuse()""",
]


def add_triggers(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(add_triggers)]
