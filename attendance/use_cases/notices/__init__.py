"""Notices: written down when something happens, composed and sent one by one, and what people chose of them."""
