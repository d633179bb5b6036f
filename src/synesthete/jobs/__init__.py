"""WORK THAT TAKES TIME: scan, analyze, ingest, learn, with a ledger."""
