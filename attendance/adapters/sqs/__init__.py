"""Jobs that Lambda does, by a queue of SQS."""
