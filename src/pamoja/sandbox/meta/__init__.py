"""Meta's WhatsApp Cloud API on localhost: the same phones and ways as Twilio's, spoken of in Meta's words."""
