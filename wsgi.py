"""What any WSGI server loads: `wsgi:application`."""

from portal import logs
from portal.app import create_app
from portal.warming import warm_beside
from search.beside import seldom_look_through_all

logs.configure()
application = create_app()
seldom_look_through_all()
warm_beside(application.extensions["house"])
