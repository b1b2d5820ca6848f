"""The rows of a release: grammar, engines, exports."""
