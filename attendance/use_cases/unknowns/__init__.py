"""Who is that? Groups of unknown people, what a person says of them, and where their vectors may be kept."""
