"""Learning platforms by LTI 1.3: registered by admins, entered from, compared with, and told of the attendance."""
