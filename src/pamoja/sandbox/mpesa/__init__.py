"""Impersonates Safaricom M-PESA (Daraja): its gateway, its subscribers' phones, and the money that really moves."""
