"""The tests; `conftest.py` says which services they find."""
