"""Measures the face engine against its peers, on films and people that it draws itself."""
