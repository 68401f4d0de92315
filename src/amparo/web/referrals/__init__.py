"""Referrals: a case leaves only as an encrypted, signed file, and enters only through the desk that it is for."""
