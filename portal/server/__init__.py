"""The server: processes that share a port, HTTP by uvicorn, and the way from there to the WSGI application."""
