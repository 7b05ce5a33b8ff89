"""Reading payments: collections and attempts, payouts, the inbox, and what a member sees of them."""
