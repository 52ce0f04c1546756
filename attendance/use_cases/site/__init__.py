"""What admins choose for the whole site."""
