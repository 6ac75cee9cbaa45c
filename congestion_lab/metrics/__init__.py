"""Delay, stops, queues, level of service, reliability and emissions from result tables."""
