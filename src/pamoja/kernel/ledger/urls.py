"""Pages about the books."""

from django.urls import path, register_converter

from pamoja.kernel.ledger import pages


class FileForm:
    """`csv` or `pdf`."""

    regex = "csv|pdf"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileForm, "ledger_file")
app_name = "ledger"

urlpatterns = [
    path("wallet/statement.<ledger_file:form>", pages.statement_file, name="statement_file"),
    path("books/", pages.books, name="books"),
]
