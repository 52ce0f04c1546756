"""Local face search: finds faces in pictures and videos and tells whose they are."""
