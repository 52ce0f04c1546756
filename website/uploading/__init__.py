"""Uploads as they are spoken of with people's browsers and with devices alike: by tus, or straight to the bucket."""
