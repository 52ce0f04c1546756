"""The site through Flask's test client, over a real SQLite store and stand-ins for faces and jobs."""
