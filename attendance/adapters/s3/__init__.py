"""Media and uploads in S3."""
