"""Signing in beside the password: by the school's sign-on, with a passkey, with the own face."""
