"""Outside parties: who carries a message, and who brings one."""

from pamoja.kernel.messaging.providers.django_mail import OutboxBackend
from pamoja.kernel.messaging.providers.mail import HandOver, Mailer, SmtpMailer, as_mail

__all__ = ["HandOver", "Mailer", "OutboxBackend", "SmtpMailer", "as_mail"]
