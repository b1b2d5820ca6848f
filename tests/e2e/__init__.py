"""The whole portal as processes."""
