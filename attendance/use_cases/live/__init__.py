"""Live lectures: where they are held, how people join, and what they write there."""
