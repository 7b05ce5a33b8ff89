"""The ways in which lists, receipts and a community's choices say no."""

from pamoja.foundation.errors import Refusal


class ReceiptMissing(Refusal):
    """There is a receipt once the payment has arrived."""

    code = "payments.receipt_missing"
    kind = "conflict"


class ExportTooLong(Refusal):
    """These are more than {most} payments. Please choose fewer days."""

    code = "payments.export_too_long"
    kind = "invalid"


class ReportTooLong(Refusal):
    """Please choose at most two years, the first day before the last."""

    code = "payments.report_too_long"
    kind = "invalid"


class NoRailLeft(Refusal):
    """Leave at least one way to pay switched on."""

    code = "payments.no_rail_left"
    kind = "invalid"


class HoursUnsound(Refusal):
    """The first hour has to come before the last."""

    code = "payments.hours_unsound"
    kind = "invalid"


class DaysUnsound(Refusal):
    """Write days of the month from 1 to 31, such as 1, 15, 28."""

    code = "payments.days_unsound"
    kind = "invalid"


class WaitsUnsound(Refusal):
    """Write how long to wait each time, such as 10 min, 3 h, 1 day; at most eight times, at most sixty days."""

    code = "payments.waits_unsound"
    kind = "invalid"
