"""One double-entry ledger for all money: accounts, entries, transfers, holds; its rules live in PostgreSQL."""
