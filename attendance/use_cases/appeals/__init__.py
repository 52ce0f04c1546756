"""Objections and excuses of students, and what is answered."""
