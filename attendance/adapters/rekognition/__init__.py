"""Faces by Amazon Rekognition."""
