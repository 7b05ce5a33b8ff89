"""M-PESA's message says that it was paid, and here it is not: the member copies the receipt, and M-PESA is asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.kernel.payments.actions.arriving import claim_receipt
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.forms.receipts import ReceiptForm
from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.queries.history import own_payment


@needs_member
@require_http_methods(["GET", "POST"])
def name_receipt(request: MemberRequest, public_id: str) -> HttpResponse:
    """Where the receipt is typed; what M-PESA says of it shows on the payment's page."""
    found = own_payment(request.member.pk, public_id)
    if not isinstance(found, Collection):
        raise PaymentNotFound()
    form = ReceiptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            claim_receipt(
                by=request.actor,
                collection_id=ids.parse("collection", public_id),
                receipt=form.cleaned_data["receipt"],
            )
            messages.success(request, "Thank you. We are asking M-PESA about it; look here again in a minute.")
            return redirect("payments:payment", public_id=public_id)
        except Refusal as refusal:
            if refusal.kind == "not_found":
                raise
            form.add_error("receipt", refusal.sentence)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/name_receipt.html", {"payment": found, "form": form}, status=status)
