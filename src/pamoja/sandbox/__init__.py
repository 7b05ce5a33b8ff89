"""The outside world on localhost: M-PESA, phones, a mailbox and a clock, spoken to over HTTP and SMTP only."""
