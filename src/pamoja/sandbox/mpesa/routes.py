"""Gives every M-PESA address its answerer, and sets M-PESA going in a world."""

from starlette.routing import Route

from pamoja.sandbox.mpesa import access_token, b2c, c2b, commands, enquiries, phones, prompts, reversal, shortcodes, stk
from pamoja.sandbox.mpesa.credential import Credential
from pamoja.sandbox.mpesa.daraja import Handler, behind_the_gate
from pamoja.sandbox.mpesa.portal_statement import portal_statement
from pamoja.sandbox.mpesa.statement import statement
from pamoja.sandbox.world import World


def join(world: World) -> list[Route]:
    """Sets M-PESA going and returns its routes: the impersonated ones, then those for tests and the console."""
    prompts.join(world)
    commands.join(
        world,
        {
            "b2c": b2c.carry_out,
            "status": enquiries.tell_status,
            "balance": enquiries.tell_balance,
            "reversal": reversal.carry_out,
        },
    )
    shortcodes.open_first_shortcode(world)
    credential = Credential(world.options.data)
    return [*_daraja(credential), *_ours(credential)]


def _daraja(credential: Credential) -> list[Route]:
    def post(path: str, scope: str, handler: Handler) -> Route:
        return Route(path, behind_the_gate(scope, handler), methods=["POST"])

    return [
        Route("/oauth/v1/generate", access_token.generate, methods=["GET"]),
        post("/mpesa/stkpush/v1/processrequest", "stk", stk.push),
        post("/mpesa/stkpushquery/v1/query", "stk", stk.query),
        post("/mpesa/b2c/v3/paymentrequest", "b2c", b2c.payment_request(credential, names_itself=True)),
        post("/mpesa/b2c/v1/paymentrequest", "b2c", b2c.payment_request(credential, names_itself=False)),
        post("/mpesa/transactionstatus/v1/query", "b2c", enquiries.status_query(credential)),
        post("/mpesa/accountbalance/v1/query", "b2c", enquiries.balance_query(credential)),
        post("/mpesa/reversal/v1/request", "reversal", reversal.reversal_request(credential)),
        post("/mpesa/c2b/v1/registerurl", "c2b", c2b.register),
        post("/mpesa/c2b/v2/registerurl", "c2b", c2b.register),
        post("/mpesa/c2b/v1/simulate", "c2b", c2b.simulate),
    ]


def _ours(credential: Credential) -> list[Route]:
    return [
        Route("/mpesa/statement", statement, methods=["GET"]),
        Route("/mpesa/statement.csv", portal_statement, methods=["GET"]),
        Route("/mpesa/certificate.pem", shortcodes.certificate(credential), methods=["GET"]),
        Route("/api/credentials", shortcodes.credentials, methods=["GET"]),
        Route("/api/shortcodes", shortcodes.list_shortcodes, methods=["GET"]),
        Route("/api/shortcodes/{shortcode}", shortcodes.change_shortcode, methods=["PUT"]),
        Route("/api/phones", phones.list_phones, methods=["GET"]),
        Route("/api/phones/{msisdn}", phones.show_phone, methods=["GET"]),
        Route("/api/phones/{msisdn}", phones.change_phone, methods=["PUT"]),
        Route("/api/phones/{msisdn}/prompts", phones.list_prompts, methods=["GET"]),
        Route("/api/phones/{msisdn}/messages", phones.list_messages, methods=["GET"]),
        Route("/api/phones/{msisdn}/pay", phones.pay_by_menu, methods=["POST"]),
        Route("/api/prompts/{number:int}/answer", phones.answer_prompt, methods=["POST"]),
        Route("/api/autopilot", phones.show_autopilot, methods=["GET"]),
        Route("/api/autopilot", phones.set_autopilot, methods=["POST", "PUT"]),
    ]
