"""The log and the metrics that all functions share: JSON lines, and counts in CloudWatch's embedded format."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

log = Logger(service="rollcall", utc=True)
metrics = Metrics(namespace="Rollcall", service="rollcall")


def count(outcome: str, number: int = 1) -> None:
    """Add to a metric; its name is what happened, such as `SearchBegun`."""
    metrics.add_metric(name=outcome, unit=MetricUnit.Count, value=number)
