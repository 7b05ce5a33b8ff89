"""Gives every page of the console its address."""

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pamoja.sandbox.console import chats, faults, home, hosted, mail, phones, requests, statement, time

ROUTES = [
    Route("/", home.home, methods=["GET"]),
    Route("/events", home.events, methods=["GET"]),
    Route("/phones", phones.list_phones, methods=["GET"]),
    Route("/phones", phones.find_phone, methods=["POST"]),
    Route("/phones/{msisdn}", phones.show_phone, methods=["GET"]),
    Route("/phones/{msisdn}", phones.change_phone, methods=["POST"]),
    Route("/phones/{msisdn}/events", phones.phone_events, methods=["GET"]),
    Route("/phones/{msisdn}/say", chats.say, methods=["POST"]),
    Route("/phones/{msisdn}/picture", chats.send_picture, methods=["POST"]),
    Route("/phones/{msisdn}/whatsapp", chats.change_whatsapp, methods=["POST"]),
    Route("/phones/{msisdn}/pay", phones.pay_by_menu, methods=["POST"]),
    Route("/prompts/{number:int}", phones.answer_prompt, methods=["POST"]),
    Route("/autopilot", phones.set_autopilot, methods=["POST"]),
    Route("/mail", mail.list_mail, methods=["GET"]),
    Route("/mail/delete", mail.delete_letter, methods=["POST"]),
    Route("/mail/{number:int}", mail.read_letter, methods=["GET"]),
    Route("/mail/{number:int}/html", mail.letter_html, methods=["GET"]),
    Route("/mail/{number:int}/delete", mail.delete_letter, methods=["POST"]),
    Route("/requests", requests.list_requests, methods=["GET"]),
    Route("/requests/delete", requests.forget, methods=["POST"]),
    Route("/requests/{number:int}", requests.show_request, methods=["GET"]),
    Route("/faults", faults.show_faults, methods=["GET"]),
    Route("/faults/off", faults.all_off, methods=["POST"]),
    Route("/faults/seed", faults.set_seed, methods=["POST"]),
    Route("/faults/{kind}", faults.set_fault, methods=["POST"]),
    Route("/time", time.show_time, methods=["GET"]),
    Route("/time", time.turn_time, methods=["POST"]),
    Route("/statement", statement.show_statement, methods=["GET"]),
    Route("/stripe/checkout/{id}", hosted.show_checkout, methods=["GET"]),
    Route("/stripe/checkout/{id}", hosted.submit_checkout, methods=["POST"]),
    Route("/stripe/checkout/{id}/done", hosted.done_with_checkout, methods=["GET"]),
    Route("/stripe/authenticate/{id}", hosted.show_authentication, methods=["GET"]),
    Route("/stripe/authenticate/{id}", hosted.authenticate, methods=["POST"]),
    Route("/stripe/onboarding/{id}", hosted.show_onboarding, methods=["GET"]),
    Route("/stripe/onboarding/{id}", hosted.onboard, methods=["POST"]),
    Route("/stripe/receipts/{id}", hosted.show_receipt, methods=["GET"]),
    Route("/stripe/invoices/{id}", hosted.show_invoice, methods=["GET"]),
    Route("/stripe/invoices/{id}/pdf", hosted.show_invoice, methods=["GET"]),
    Mount("/static", StaticFiles(packages=[("pamoja.sandbox", "static")])),
]
