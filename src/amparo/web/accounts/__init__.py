"""Accounts: agencies, persons (staff), roles, sign-in with a second factor, API tokens."""
