"""What attendance is: people, lectures, what was seen, and the marks that follow. No web framework, no cloud."""
