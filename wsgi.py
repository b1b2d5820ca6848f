"""What any WSGI server loads: `wsgi:application`."""

from portal import logs
from portal.app import create_app

logs.configure()
application = create_app()
