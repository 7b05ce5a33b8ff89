"""Pure decisions of savings: calendar, draw, money owed, seats and invitations."""
