"""The engines behind the one seam."""
