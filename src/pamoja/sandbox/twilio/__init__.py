"""Twilio's messaging on localhost: WhatsApp and SMS sent, told of, and written back to, as the contract has it."""
