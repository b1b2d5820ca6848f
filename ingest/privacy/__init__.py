"""The personal-data gate: what personal data looks like, where a release holds it, and what the steward decides."""
