"""HTTP, command line and pages: the only place that knows Flask, click and marshmallow."""

VERSION = "0.1.0"
