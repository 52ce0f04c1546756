"""What gunicorn reads wherever it starts the site: `make run`, the Procfile, Elastic Beanstalk."""

# From 25.1 on it opens a socket for orders in the home of its user, which two sites of one user would share.
control_socket_disable = True
