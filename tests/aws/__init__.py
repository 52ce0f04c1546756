"""The whole main road on AWS's adapters alone: settings, a website, functions, and AWS on this machine."""
