"""All mutations of reports in one place to import from. Each holds its permission, transaction and log entry."""

from amparo.web.reports.desk import (
    answer_from_template,
    change_state,
    open_case_from_report,
    read_report,
    record_export,
    take_report,
)
from amparo.web.reports.intake import receive_report
from amparo.web.reports.keys import enrol_staff_key, make_agency_keys, recover_agency
from amparo.web.reports.reporter import open_report_by_code, withdraw, write_message_as_reporter
from amparo.web.reports.rooms import close_reading_room, enter_room, open_reading_room

__all__ = [
    "answer_from_template",
    "change_state",
    "close_reading_room",
    "enrol_staff_key",
    "enter_room",
    "make_agency_keys",
    "open_case_from_report",
    "open_reading_room",
    "open_report_by_code",
    "read_report",
    "receive_report",
    "record_export",
    "recover_agency",
    "take_report",
    "withdraw",
    "write_message_as_reporter",
]
