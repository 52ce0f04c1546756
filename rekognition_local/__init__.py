"""A local endpoint that speaks Amazon Rekognition's protocol for face collections, over the face engine."""
