"""What any WSGI server loads: `wsgi:application`."""

from portal.app import configure_logging, create_app

configure_logging()
application = create_app()
