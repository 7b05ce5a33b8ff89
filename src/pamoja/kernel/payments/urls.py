"""Pages about payments: a member's own, their wallet, and what a person must look at."""

from django.urls import path

from pamoja.kernel.payments import pages

app_name = "payments"

urlpatterns = [
    path("wallet/", pages.wallet, name="wallet"),
    path("wallet/top-up/", pages.top_up, name="top_up"),
    path("wallet/withdraw/", pages.withdraw, name="withdraw"),
    path("payments/", pages.history.payments, name="payments"),
    path("payments/upcoming/", pages.history.upcoming, name="upcoming"),
    path("payments/export.csv", pages.history.export, {"form": "csv"}, name="export_csv"),
    path("payments/export.pdf", pages.history.export, {"form": "pdf"}, name="export_pdf"),
    path("payments/methods/", pages.methods, name="methods"),
    path("payments/methods/add/phone/", pages.add_phone, name="add_phone"),
    path("payments/methods/add/bank/", pages.add_bank, name="add_bank"),
    path("payments/methods/add/<str:kind>/", pages.add_hosted, name="add_method"),
    path("payments/methods/<str:public_id>/", pages.method, name="method"),
    path("payments/methods/<str:public_id>/change/", pages.change_method, name="change_method"),
    path("payments/all/", pages.desk.everybody, name="all"),
    path("payments/all/export.csv", pages.desk.export, {"form": "csv"}, name="all_csv"),
    path("payments/all/export.pdf", pages.desk.export, {"form": "pdf"}, name="all_pdf"),
    path("payments/all/<str:public_id>/", pages.desk.one, name="one"),
    path("payments/all/<str:public_id>/refund/", pages.refund, name="refund"),
    path("payments/reports/", pages.desk.reports, name="reports"),
    path("payments/reports/export.csv", pages.desk.report_file, name="report_csv"),
    path("payments/cases/", pages.cases, name="cases"),
    path("payments/cases/bank-statement/", pages.bank_statement, name="bank_statement"),
    path("payments/cases/compare/", pages.compare, name="compare"),
    path("payments/cases/<str:public_id>/", pages.case, name="case"),
    path("payments/review/", pages.review, name="review"),
    path("payments/review/<str:public_id>/ask/", pages.ask_again, name="ask_again"),
    path("payments/review/<str:public_id>/", pages.resolve, name="resolve"),
    path("payments/<str:public_id>/", pages.payment, name="payment"),
    path("payments/<str:public_id>/receipt/", pages.history.receipt, name="receipt"),
    path("payments/<str:public_id>/receipt.pdf", pages.history.receipt_file, name="receipt_file"),
    path("payments/<str:public_id>/retry/", pages.retry, name="retry"),
    path("billing/", pages.billing.billing, name="billing"),
    path("billing/subscribe/<str:public_id>/", pages.billing.subscribe, name="subscribe"),
    path("billing/plans/<str:public_id>/", pages.billing.subscription, name="subscription"),
    path("billing/plans/<str:public_id>/change/", pages.billing.change_plan, name="change_plan"),
    path("billing/plans/<str:public_id>/do/<slug:deed>/", pages.billing.change_standing, name="change_standing"),
    path("billing/invoices/<str:public_id>/", pages.billing.invoice, name="invoice"),
    path("billing/invoices/<str:public_id>/pay/", pages.billing.pay_invoice, name="pay_invoice"),
    path("billing/invoices/<str:public_id>/file.pdf", pages.billing.invoice_file, name="invoice_file"),
    path("billing/questions/", pages.billing_desk.questions, name="questions"),
    path("billing/questions/<str:public_id>/", pages.billing_desk.question, name="question"),
    path("billing/desk/", pages.billing_desk.desk, name="billing_desk"),
    path("billing/desk/plan/", pages.billing_desk.new_plan, name="new_plan"),
    path("billing/desk/invoices/<str:public_id>/refund/", pages.billing_desk.refund, name="refund_invoice"),
]
