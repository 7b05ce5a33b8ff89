"""Pure decisions of payments: states and moves, what M-PESA's codes mean, when to ask and try again."""
