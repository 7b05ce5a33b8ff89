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


class ChoiceUnsound(Refusal):
    """{why}"""

    code = "payments.choice_unsound"
    kind = "invalid"
